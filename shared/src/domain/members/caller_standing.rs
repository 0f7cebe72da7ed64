//! [`CallerStanding`]: a user's account, and the user's memberships of the user's own company and of one workspace.

use crate::domain::{Membership, Permission, Profile, Role};

/// A user's account, and the user's memberships of the user's own company and of one workspace, as the store read these
/// three records together.
#[derive(Debug)]
pub struct CallerStanding {
    /// The account of the user whose standing this is.
    pub profile: Option<Profile>,
    /// The user's membership of the user's own company.
    pub company: Option<Membership>,
    /// The user's membership of the workspace.
    pub workspace: Option<Membership>,
}

impl CallerStanding {
    /// Whether the user's account exists and is active.
    pub fn is_active(&self) -> bool {
        self.profile.as_ref().is_some_and(Profile::is_active)
    }

    /// The user's role in the user's own company.
    pub fn company_role(&self) -> Option<Role> {
        self.company.map(|membership| membership.role)
    }

    /// Whether the user is a member of the workspace or of the user's own company.
    pub fn belongs(&self) -> bool {
        self.company.is_some() || self.workspace.is_some()
    }

    /// The user's role in the workspace. `is_own_company` says whether the workspace belongs to the user's company; in
    /// a workspace of another company only the membership of the workspace counts.
    pub fn role_in_workspace(&self, is_own_company: bool) -> Option<Role> {
        if is_own_company { self.role_in_own_workspace() } else { self.workspace.map(|membership| membership.role) }
    }

    /// The user's role in a workspace of the user's own company. The user has the role of the user's membership of the
    /// workspace, with two exceptions: a company admin is ADMIN in each workspace of the company, and a user whose role
    /// in the company may oversee workspaces is at least VIEWER in each workspace.
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
