//! Users who belong to one workspace only.

use crate::domain::WorkspaceId;

/// Whether a user may belong to `workspace`. `own` is the only workspace of an exclusive user: such a user may belong
/// to no other workspace. A user who has an account already can't become an exclusive user, so the result is `false` if
/// such a user would belong to the workspace `exclusively`.
pub fn may_belong(own: Option<WorkspaceId>, workspace: Option<WorkspaceId>, exclusively: bool) -> bool {
    match own {
        Some(own) => workspace == Some(own),
        None => !exclusively,
    }
}
