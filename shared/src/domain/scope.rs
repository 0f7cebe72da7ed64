//! What people are invited to and are members of: a workspace, or a whole company.

use crate::domain::{CompanyId, WorkspaceId};

/// The workspace or company that a person is invited to or is a member of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The person is invited to, or a member of, one workspace.
    Workspace(WorkspaceId),
    /// The person is invited to, or a member of, the whole company.
    Company(CompanyId),
}

impl Scope {
    /// The word for the scope in the `type` parameter of a mailed link.
    pub const fn link_type(self) -> &'static str {
        match self {
            Self::Workspace(_) => "WORK_SPACE",
            Self::Company(_) => "COMPANY",
        }
    }
}
