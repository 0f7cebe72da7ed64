//! What a caller may do in a workspace.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Permission, Profile, Role, Workspace, WorkspaceId},
    operations::Caller,
};

/// A workspace, and the caller's profile and the caller's role in the workspace.
#[derive(Debug)]
pub struct WorkspaceAccess {
    /// The caller's profile.
    pub profile: Profile,
    /// The workspace to which the caller has access.
    pub workspace: Workspace,
    /// The caller's role in the workspace. The caller's role in a workspace includes what the caller's role in the
    /// company grants in the workspace.
    pub role: Role,
}

impl WorkspaceAccess {
    /// Checks that the caller's role in the workspace has the permission `permission`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller's role lacks the permission.
    pub(in crate::operations) fn require(&self, permission: Permission) -> Result<()> {
        if self.role.may(permission) {
            Ok(())
        } else {
            Err(Error::forbidden("forbidden", "Your role in this workspace doesn't allow this."))
        }
    }
}

impl Usher {
    /// What the caller may do in a workspace.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the caller's account is no longer active, or the caller's sessions were ended;
    /// [`Error::NotFound`] if the workspace doesn't exist or the caller has no role in the workspace.
    pub async fn workspace_access(&self, caller: &Caller, id: WorkspaceId) -> Result<WorkspaceAccess> {
        let (workspace, standing) = self.store.workspace_and_records(caller.user, caller.company, id).await?;
        let profile = caller.require_active(standing.profile.clone())?;
        let workspace = workspace.ok_or(Error::NotFound(Missing::Workspace))?;
        let role = standing.role_in_workspace(workspace.company == caller.company);
        let role = role.ok_or(Error::NotFound(Missing::Workspace))?;
        Ok(WorkspaceAccess { profile, workspace, role })
    }
}
