//! The caller's current workspace: what requests are about that name none.

use crate::{
    Result, Usher,
    domain::{Profile, Workspace, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// Makes a workspace that the caller can reach their current one.
    ///
    /// # Errors
    /// As [`Usher::workspace_access`].
    pub async fn select_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<()> {
        let access = self.workspace_access(caller, id).await?;
        if access.profile.current_workspace == Some(id) {
            return Ok(());
        }
        self.store.select_workspace(caller.user, id).await
    }

    /// As [`Usher::list_workspaces`], and which of them is the current one: at first, and once they can't reach the one
    /// that they chose any more, the oldest.
    ///
    /// # Errors
    /// As [`Usher::company_access`].
    pub async fn list_workspaces_with_current(&self, caller: &Caller) -> Result<(Vec<Workspace>, Option<WorkspaceId>)> {
        let access = self.company_access(caller).await?;
        let workspaces = self.reachable(caller, access.role).await?;
        let current = current(&access.profile, &workspaces);
        Ok((workspaces, current))
    }
}

fn current(profile: &Profile, workspaces: &[Workspace]) -> Option<WorkspaceId> {
    let chosen = profile.current_workspace.filter(|id| workspaces.iter().any(|workspace| workspace.id == *id));
    chosen.or_else(|| workspaces.first().map(|workspace| workspace.id))
}
