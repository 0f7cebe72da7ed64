//! The caller's current workspace: a request that names no workspace is about the caller's current workspace.

use crate::{
    Result, Usher,
    domain::{Profile, Workspace, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// Makes a workspace the caller's current workspace.
    ///
    /// # Errors
    /// The errors of [`Usher::workspace_access`].
    pub async fn select_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<()> {
        let access = self.workspace_access(caller, id).await?;
        if access.profile.current_workspace == Some(id) {
            return Ok(());
        }
        self.store.select_workspace(caller.user, id).await
    }

    /// The caller's workspaces as in [`Usher::list_workspaces`], and the id of the current workspace. The oldest
    /// workspace is the current workspace until the caller selects another workspace, and again if the caller loses
    /// access to the selected workspace.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`].
    pub async fn list_workspaces_with_current(&self, caller: &Caller) -> Result<(Vec<Workspace>, Option<WorkspaceId>)> {
        let access = self.company_access(caller).await?;
        let workspaces = self.accessible_workspaces(caller, access.role).await?;
        let current = current_workspace(&access.profile, &workspaces);
        Ok((workspaces, current))
    }
}

fn current_workspace(profile: &Profile, workspaces: &[Workspace]) -> Option<WorkspaceId> {
    let selected = profile.current_workspace.filter(|id| workspaces.iter().any(|workspace| workspace.id == *id));
    selected.or_else(|| workspaces.first().map(|workspace| workspace.id))
}
