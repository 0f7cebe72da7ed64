//! Users who belong to one workspace only.

use crate::domain::WorkspaceId;

/// An exclusive user belongs to one workspace only, and nobody becomes one who has an account already.
pub fn may_belong(own: Option<WorkspaceId>, workspace: Option<WorkspaceId>, exclusively: bool) -> bool {
    match own {
        Some(own) => workspace == Some(own),
        None => !exclusively,
    }
}
