//! Renaming and publishing a workspace.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Company, ShortId, Workspace, WorkspaceChange, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// Changes what is named of a workspace of the company.
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
        if !self.store.change_workspace(id, &change, access.profile.id, self.now(), self.random()).await? {
            return Err(MISSING);
        }
        self.store.workspaces(&[id]).await?.pop().ok_or(MISSING)
    }

    /// The company's workspace of a short id.
    ///
    /// # Errors
    /// As [`Usher::change_workspace`].
    pub async fn workspace_of_short_id(&self, caller: &Caller, id: &ShortId) -> Result<Workspace> {
        let id = self.store.workspace_of_short_id(id).await?.ok_or(Error::NotFound(Missing::Workspace))?;
        Ok(self.administered_workspace(caller, id).await?.workspace)
    }

    /// The caller's company, for those who administer it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn own_company(&self, caller: &Caller) -> Result<Company> {
        self.company_access(caller).await?.require_admin()?;
        let company = self.store.company(caller.company).await?;
        company.ok_or_else(|| Error::internal("its company is gone"))
    }
}
