//! The workspaces somebody can reach.

use std::collections::BTreeSet;

use crate::{
    Error, Missing, Result, Usher,
    domain::{Company, Permission, Role, Workspace, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// The caller's workspaces, oldest first: those they are a member of, and all of their company's if they oversee it.
    ///
    /// # Errors
    /// As [`Usher::company_access`].
    pub async fn list_workspaces(&self, caller: &Caller) -> Result<Vec<Workspace>> {
        let access = self.company_access(caller).await?;
        self.reachable(caller, access.role).await
    }

    /// The workspaces of somebody who is this in their company, oldest first.
    pub(in crate::operations) async fn reachable(&self, caller: &Caller, role: Role) -> Result<Vec<Workspace>> {
        let memberships = self.store.memberships(caller.user).await?;
        let mut ids: BTreeSet<WorkspaceId> =
            memberships.into_iter().filter_map(|membership| membership.workspace).collect();
        if role.may(Permission::Oversee) {
            ids.extend(self.store.company_workspaces(caller.company).await?);
        }
        let mut workspaces = self.store.workspaces(&ids.into_iter().collect::<Vec<_>>()).await?;
        workspaces.sort_by_key(|workspace| (workspace.created_at, workspace.id));
        Ok(workspaces)
    }

    /// The same, each with its company.
    ///
    /// # Errors
    /// As [`Usher::company_access`].
    pub async fn list_workspaces_of_companies(&self, caller: &Caller) -> Result<Vec<(Workspace, Company)>> {
        let workspaces = self.list_workspaces(caller).await?;
        let ids: BTreeSet<_> = workspaces.iter().map(|workspace| workspace.company).collect();
        let companies = self.store.companies(&ids.into_iter().collect::<Vec<_>>()).await?;
        let of = |workspace: &Workspace| companies.iter().find(|company| company.id == workspace.company).cloned();
        Ok(workspaces.into_iter().filter_map(|workspace| of(&workspace).map(|company| (workspace, company))).collect())
    }

    /// The id of the workspace of an integer id. It opens nothing: whether the caller can reach it is still to be asked.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn workspace_of_number(&self, number: u32) -> Result<WorkspaceId> {
        self.store.workspace_of_number(number).await?.ok_or(Error::NotFound(Missing::Workspace))
    }

    /// The company's workspaces, oldest first.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_company_workspaces(&self, caller: &Caller) -> Result<Vec<Workspace>> {
        self.company_access(caller).await?.require_admin()?;
        let ids = self.store.company_workspaces(caller.company).await?;
        let mut workspaces = self.store.workspaces(&ids).await?;
        workspaces.sort_by_key(|workspace| (workspace.created_at, workspace.id));
        Ok(workspaces)
    }

    /// One workspace that the caller can reach.
    ///
    /// # Errors
    /// As [`Usher::workspace_access`].
    pub async fn get_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<Workspace> {
        Ok(self.workspace_access(caller, id).await?.workspace)
    }
}
