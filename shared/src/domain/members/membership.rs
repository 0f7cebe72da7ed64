//! [`Membership`]: a user's membership of a workspace or company.

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Scope, WorkspaceId};

/// A user's membership of a workspace or company. Authorization reads the role from this record, not from the person's
/// record.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Membership {
    /// The user's role in the workspace or company.
    pub role: Role,
    /// The workspace that the user is a member of. `None` for a membership of the company.
    pub workspace: Option<WorkspaceId>,
}

impl Membership {
    /// A membership of this workspace or company.
    pub fn new(role: Role, scope: Scope) -> Self {
        let workspace = if let Scope::Workspace(id) = scope { Some(id) } else { None };
        Self { role, workspace }
    }
}
