//! Listing the workspaces that a caller may see.

use std::collections::BTreeSet;

use crate::{
    Error, Missing, Result, Usher,
    domain::{Company, Permission, Role, Workspace, WorkspaceId},
    operations::Caller,
};

impl Usher {
    /// The caller's workspaces, oldest first. A caller's workspaces are the workspaces of which the caller is a member.
    /// If the caller's role in the company may oversee workspaces, all other workspaces of the company are listed too.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`].
    pub async fn list_workspaces(&self, caller: &Caller) -> Result<Vec<Workspace>> {
        let access = self.company_access(caller).await?;
        self.accessible_workspaces(caller, access.role).await
    }

    /// The workspaces of a caller who has the role `role` in the company, oldest first.
    pub(in crate::operations) async fn accessible_workspaces(
        &self,
        caller: &Caller,
        role: Role,
    ) -> Result<Vec<Workspace>> {
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

    /// The caller's workspaces as in [`Usher::list_workspaces`], each with its company.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`].
    pub async fn list_workspaces_of_companies(&self, caller: &Caller) -> Result<Vec<(Workspace, Company)>> {
        let workspaces = self.list_workspaces(caller).await?;
        let ids: BTreeSet<_> = workspaces.iter().map(|workspace| workspace.company).collect();
        let companies = self.store.companies(&ids.into_iter().collect::<Vec<_>>()).await?;
        let company_of =
            |workspace: &Workspace| companies.iter().find(|company| company.id == workspace.company).cloned();
        Ok(workspaces
            .into_iter()
            .filter_map(|workspace| company_of(&workspace).map(|company| (workspace, company)))
            .collect())
    }

    /// The id of the workspace with the integer id `number`. Finding a workspace by its integer id checks no access:
    /// the calling code must still check the caller's access to the workspace.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no workspace has this integer id.
    pub async fn workspace_of_number(&self, number: u32) -> Result<WorkspaceId> {
        self.store.workspace_of_number(number).await?.ok_or(Error::NotFound(Missing::Workspace))
    }

    /// All workspaces of the caller's company, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_company_workspaces(&self, caller: &Caller) -> Result<Vec<Workspace>> {
        self.company_access(caller).await?.require_admin()?;
        let ids = self.store.company_workspaces(caller.company).await?;
        let mut workspaces = self.store.workspaces(&ids).await?;
        workspaces.sort_by_key(|workspace| (workspace.created_at, workspace.id));
        Ok(workspaces)
    }

    /// A workspace that the caller has a role in.
    ///
    /// # Errors
    /// The errors of [`Usher::workspace_access`].
    pub async fn get_workspace(&self, caller: &Caller, id: WorkspaceId) -> Result<Workspace> {
        Ok(self.workspace_access(caller, id).await?.workspace)
    }
}
