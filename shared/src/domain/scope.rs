//! What people are invited to and are members of: a workspace, or a whole company.

use crate::domain::{CompanyId, WorkspaceId};

/// What an invitation is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One workspace.
    Workspace(WorkspaceId),
    /// The whole company.
    Company(CompanyId),
}

impl Scope {
    /// The word in the mailed link's `type`.
    pub const fn link_type(self) -> &'static str {
        match self {
            Self::Workspace(_) => "WORK_SPACE",
            Self::Company(_) => "COMPANY",
        }
    }
}
