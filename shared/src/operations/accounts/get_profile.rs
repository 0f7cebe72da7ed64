//! Reading the caller's own profile.

use crate::{
    Result, Usher,
    domain::{Company, Profile, Role, WorkspaceId},
    operations::{Caller, CompanyAccess, LoggedIn},
};

/// A user's role in a workspace.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceRole {
    /// The workspace in which the user has the role.
    pub workspace: WorkspaceId,
    /// The user's role in the workspace.
    pub role: Role,
}

/// A user's profile, with the user's company and roles.
#[derive(Debug)]
pub struct OwnProfile {
    /// The user's own profile.
    pub profile: Profile,
    /// The user's company.
    pub company: Company,
    /// The user's role in the company.
    pub role: Role,
    /// The user's roles in workspaces.
    pub workspaces: Vec<WorkspaceRole>,
}

impl Usher {
    /// The caller's profile.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`].
    pub async fn own_profile(&self, caller: &Caller) -> Result<OwnProfile> {
        let CompanyAccess { profile, role } = self.company_access(caller).await?;
        self.full_profile(profile, role).await
    }

    /// The profile of a user who has just logged in.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store fails.
    pub async fn profile_after_log_in(&self, logged_in: &LoggedIn) -> Result<OwnProfile> {
        self.full_profile(logged_in.profile.clone(), logged_in.role).await
    }

    async fn full_profile(&self, profile: Profile, role: Role) -> Result<OwnProfile> {
        let company = self.existing_company(profile.company).await?;
        let memberships = self.store.memberships(profile.id).await?;
        let workspaces = memberships
            .into_iter()
            .filter_map(|membership| Some(WorkspaceRole { workspace: membership.workspace?, role: membership.role }))
            .collect();
        Ok(OwnProfile { profile, company, role, workspaces })
    }
}
