//! The role of a user in a workspace or company.

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Scope, WorkspaceId};

/// A user's role in a workspace or company. This is the authoritative one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Membership {
    /// The role.
    pub role: Role,
    /// The workspace, if it isn't the company.
    pub workspace: Option<WorkspaceId>,
}

impl Membership {
    /// A membership.
    pub fn new(role: Role, of: Scope) -> Self {
        let workspace = if let Scope::Workspace(id) = of { Some(id) } else { None };
        Self { role, workspace }
    }
}
