//! Renaming and publishing a workspace.

use crate::{
    Error, Missing, Result, Usher,
    domain::{ShortId, Workspace, WorkspaceChange, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// Changes those fields of a workspace for which the request has a new value.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace.
    pub async fn change_workspace(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        change: WorkspaceChange,
    ) -> Result<Workspace> {
        const MISSING: Error = Error::NotFound(Missing::Workspace);
        let access = self.administered_workspace(caller, id).await?;
        if change.name.is_none() && change.published.is_none() {
            return Ok(access.workspace);
        }
        if !self.store.change_workspace(id, &change, access.profile.id, self.now()).await? {
            return Err(MISSING);
        }
        self.store.workspaces(&[id]).await?.pop().ok_or(MISSING)
    }

    /// The workspace of the caller's company that has the short id `id`.
    ///
    /// # Errors
    /// The errors of [`Usher::change_workspace`].
    pub async fn workspace_of_short_id(&self, caller: &Caller, id: &ShortId) -> Result<Workspace> {
        let id = self.store.workspace_of_short_id(id).await?.ok_or(Error::NotFound(Missing::Workspace))?;
        Ok(self.administered_workspace(caller, id).await?.workspace)
    }
}
