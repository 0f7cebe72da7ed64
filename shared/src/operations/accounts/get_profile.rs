//! The caller's own profile.

use crate::{
    Error, Result, Usher,
    domain::{Company, Profile, Role, WorkspaceId},
    operations::{Caller, CompanyAccess, LoggedIn},
};

/// A role in a workspace.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceRole {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The role.
    pub role: Role,
}

/// A profile with all that its owner may know.
#[derive(Debug)]
pub struct OwnProfile {
    /// The profile.
    pub profile: Profile,
    /// The company.
    pub company: Company,
    /// The role in the company.
    pub role: Role,
    /// The roles in workspaces.
    pub workspaces: Vec<WorkspaceRole>,
}

impl Usher {
    /// The caller's profile.
    ///
    /// # Errors
    /// As [`Usher::company_access`].
    pub async fn own_profile(&self, caller: &Caller) -> Result<OwnProfile> {
        let CompanyAccess { profile, role } = self.company_access(caller).await?;
        self.full_profile(profile, role).await
    }

    /// The profile of somebody who just logged in.
    ///
    /// # Errors
    /// Only if the store fails.
    pub async fn profile_after_log_in(&self, logged_in: &LoggedIn) -> Result<OwnProfile> {
        self.full_profile(logged_in.profile.clone(), logged_in.role).await
    }

    async fn full_profile(&self, profile: Profile, role: Role) -> Result<OwnProfile> {
        let company = self.store.company(profile.company).await?;
        let company = company.ok_or_else(|| Error::internal("profile: its company is gone"))?;
        let memberships = self.store.memberships(profile.id).await?;
        let workspaces = memberships
            .into_iter()
            .filter_map(|membership| Some(WorkspaceRole { workspace: membership.workspace?, role: membership.role }))
            .collect();
        Ok(OwnProfile { profile, company, role, workspaces })
    }
}
