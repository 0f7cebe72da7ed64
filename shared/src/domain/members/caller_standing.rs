//! What a user is in a company and in one of its workspaces, as the store has it.

use crate::domain::{Membership, Permission, Profile, Role};

/// A user's account, and the user's memberships of their company and of one workspace.
#[derive(Debug)]
pub struct CallerStanding {
    /// The account.
    pub profile: Option<Profile>,
    /// The role in the user's company.
    pub company: Option<Membership>,
    /// The role in the workspace in question.
    pub workspace: Option<Membership>,
}

impl CallerStanding {
    /// Whether the account can do anything.
    pub fn is_active(&self) -> bool {
        self.profile.as_ref().is_some_and(Profile::is_active)
    }

    /// The role in the company.
    pub fn company_role(&self) -> Option<Role> {
        self.company.map(|membership| membership.role)
    }

    /// Whether the user belongs to the workspace or to the company.
    pub fn belongs(&self) -> bool {
        self.company.is_some() || self.workspace.is_some()
    }

    /// The role in a workspace of the user's own company: that of the membership; ADMIN for an admin of the company; and
    /// at least VIEWER for a user who oversees the company's workspaces.
    pub fn role_in_own_workspace(&self) -> Option<Role> {
        let member = self.workspace.map(|membership| membership.role);
        match self.company_role() {
            Some(Role::Admin) => Some(Role::Admin),
            Some(role) if role.may(Permission::Oversee) => {
                Some(member.map_or(Role::Viewer, |member| member.or_higher(Role::Viewer)))
            }
            _ => member,
        }
    }
}
