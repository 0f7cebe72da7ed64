//! Who is calling, and what they may do: one consistent read on every request, so that a change works on the next one.

use crate::{
    Error, Missing, Result, Usher,
    domain::{CompanyId, Permission, Profile, Role, UserId, Workspace, WorkspaceId},
    secrets,
    store::{self, CallerRecords},
};

/// A service account's token begins with this.
pub(in crate::operations) const OPAQUE_PREFIX: &str = "usher_sa_";

/// Somebody who verified who they are. What they may do is another question.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    pub(in crate::operations) user: UserId,
    pub(in crate::operations) company: CompanyId,
    /// Of the sessions that the token belongs to.
    epoch: u32,
}

impl Caller {
    /// Whoever gave the password of this account.
    pub(in crate::operations) fn of(profile: &Profile) -> Self {
        Self { user: profile.id, company: profile.company, epoch: profile.epoch }
    }

    /// The caller's company, for the log.
    pub fn company(&self) -> CompanyId {
        self.company
    }
}

/// A caller in their company.
#[derive(Debug)]
pub struct CompanyAccess {
    /// The caller's profile.
    pub profile: Profile,
    /// Their role in the company.
    pub role: Role,
}

impl CompanyAccess {
    /// Lets company admins pass.
    pub(in crate::operations) fn require_admin(&self) -> Result<()> {
        if self.role.may(Permission::Administer) {
            Ok(())
        } else {
            Err(Error::forbidden("company_admin_required", "Only an administrator of the company may do this."))
        }
    }
}

/// A caller in a workspace.
#[derive(Debug)]
pub struct WorkspaceAccess {
    /// The caller's profile.
    pub profile: Profile,
    /// The workspace.
    pub workspace: Workspace,
    /// What the caller is there, by membership or through the company.
    pub role: Role,
}

impl WorkspaceAccess {
    /// Lets those pass whose role has the permission.
    pub(in crate::operations) fn require(&self, permission: Permission) -> Result<()> {
        if self.role.may(permission) {
            Ok(())
        } else {
            Err(Error::forbidden("forbidden", "Your role in this workspace doesn't allow this."))
        }
    }
}

/// One answer for every token that isn't good, whatever is wrong with it.
fn dead_token() -> Error {
    Error::unauthenticated("invalid_token", "The access token is missing, malformed, expired or revoked.")
}

impl Usher {
    /// Who holds this token: an access token, or a service account's. An access token that was issued for a secret is
    /// good only while that is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for any token that isn't good.
    pub async fn authenticate(&self, token: Option<&str>) -> Result<Caller> {
        let token = token.ok_or_else(dead_token)?;
        if token.starts_with(OPAQUE_PREFIX) {
            return self.holder_of_secret(&store::token_digest(token)).await?.ok_or_else(dead_token);
        }
        let kid = secrets::key_id(token).ok_or_else(dead_token)?;
        let now = self.now();
        let known = self.keys.read().await.get(&kid).filter(|key| key.is_current(now)).cloned();
        let key = if let Some(key) = known {
            key
        } else {
            let key = self.store.public_key(&kid).await?.filter(|key| key.is_current(now)).ok_or_else(dead_token)?;
            self.keys.write().await.insert(kid, key.clone());
            key
        };
        let claims = secrets::verify(token, &key, now).ok_or_else(dead_token)?;
        match claims.secret {
            Some(digest) => self.holder_of_secret(&digest).await?.ok_or_else(dead_token),
            None => Ok(Caller { user: claims.sub, company: claims.company, epoch: claims.epoch }),
        }
    }

    /// The service account whose token, alive now, has this digest.
    pub(in crate::operations) async fn holder_of_secret(&self, digest: &str) -> Result<Option<Caller>> {
        let found = self.store.opaque_token(digest).await?.filter(|found| found.is_alive(self.now()));
        Ok(found.map(|found| Caller { user: found.user, company: found.company, epoch: 0 }))
    }

    /// The caller's standing in their company.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the caller's account is no longer active, or their sessions were ended.
    pub async fn company_access(&self, caller: &Caller) -> Result<CompanyAccess> {
        let CallerRecords { profile, company, .. } =
            self.store.caller_records(caller.user, caller.company, None).await?;
        let profile = active(caller, profile)?;
        let role = company.map_or(Role::Viewer, |membership| membership.role);
        Ok(CompanyAccess { profile, role })
    }

    /// The caller's standing in a workspace.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such workspace, or none that the caller can reach.
    pub async fn workspace_access(&self, caller: &Caller, id: WorkspaceId) -> Result<WorkspaceAccess> {
        let (workspace, standing) = self.store.workspace_and_records(caller.user, caller.company, id).await?;
        let profile = active(caller, standing.profile.clone())?;
        let workspace = workspace.ok_or(Error::NotFound(Missing::Workspace))?;
        let role =
            role_in(&standing, workspace.company == caller.company).ok_or(Error::NotFound(Missing::Workspace))?;
        Ok(WorkspaceAccess { profile, workspace, role })
    }
}

pub(in crate::operations) fn active(caller: &Caller, profile: Option<Profile>) -> Result<Profile> {
    profile.filter(|profile| profile.is_active() && profile.epoch == caller.epoch).ok_or_else(dead_token)
}

/// What someone is in a workspace: by membership; and in their own company's, ADMIN if they are the company's, and at
/// least a viewer if they oversee it.
pub(in crate::operations) fn role_in(standing: &CallerRecords, own_company: bool) -> Option<Role> {
    let member = standing.workspace.map(|membership| membership.role);
    let company = standing.company.filter(|_| own_company).map(|membership| membership.role);
    match company {
        Some(Role::Admin) => Some(Role::Admin),
        Some(role) if role.may(Permission::Oversee) => {
            Some(member.map_or(Role::Viewer, |member| member.or_higher(Role::Viewer)))
        }
        _ => member,
    }
}
