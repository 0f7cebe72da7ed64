//! Exclusive users: users who may belong to one workspace only.

use crate::domain::WorkspaceId;

/// Whether a user may belong to `workspace`. `own` is the only workspace of an exclusive user, who may belong to no
/// other workspace. A user who has an account already can't become an exclusive user, so the result is `false` if
/// `exclusively` asks to restrict the user to the workspace.
pub fn may_belong(own: Option<WorkspaceId>, workspace: Option<WorkspaceId>, exclusively: bool) -> bool {
    match own {
        Some(own) => workspace == Some(own),
        None => !exclusively,
    }
}
