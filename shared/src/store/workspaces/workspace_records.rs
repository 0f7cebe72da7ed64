//! Workspaces, and the pointers from integer ids and short ids to workspaces.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{
        CallerStanding, Company, CompanyId, Group, Membership, Person, Scope, ShortId, UserId, Workspace,
        WorkspaceChange, WorkspaceId,
    },
    store::{
        Store,
        audit::audit_log::{AuditEntry, audit_write},
        conditional_write::ConditionalWrite,
        groups::group_records::group_writes,
        keys,
        members::membership_records::{caller_keys, take_caller_records},
        transact::Transacted,
    },
};

impl Store {
    /// Reads a workspace together with a caller's profile and roles, in one call.
    pub async fn workspace_and_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: WorkspaceId,
    ) -> Result<(Option<Workspace>, CallerStanding)> {
        let mut keys = caller_keys(user, company, Some(workspace));
        keys.push(keys::workspace(workspace));
        let mut found = self.get_many(keys).await?;
        let caller = take_caller_records(&mut found, user, company, Some(workspace))?;
        Ok((found.take(&keys::workspace(workspace))?, caller))
    }

    /// Reads a workspace and a company. Returns `None` if the workspace or the company does not exist.
    pub async fn workspace_and_company(
        &self,
        workspace: WorkspaceId,
        company: CompanyId,
    ) -> Result<Option<(Workspace, Company)>> {
        let mut found = self.get_many(vec![keys::workspace(workspace), keys::company(company)]).await?;
        Ok(found.take(&keys::workspace(workspace))?.zip(found.take(&keys::company(company))?))
    }

    /// Reads workspaces, in the order of `ids`. Workspaces that do not exist are left out.
    pub async fn workspaces(&self, ids: &[WorkspaceId]) -> Result<Vec<Workspace>> {
        let mut found = self.get_many(ids.iter().map(|id| keys::workspace(*id)).collect()).await?;
        ids.iter().filter_map(|id| found.take(&keys::workspace(*id)).transpose()).collect()
    }

    /// Reads the id of the workspace with this integer id.
    pub async fn workspace_of_number(&self, number: u32) -> Result<Option<WorkspaceId>> {
        let pointer: Option<WorkspacePointer> = self.get(&keys::workspace_number(number)).await?;
        Ok(pointer.map(|pointer| pointer.workspace))
    }

    /// Reads the id of the workspace with this short id.
    pub async fn workspace_of_short_id(&self, id: &ShortId) -> Result<Option<WorkspaceId>> {
        let pointer: Option<WorkspacePointer> = self.get(&keys::short_id(id)).await?;
        Ok(pointer.map(|pointer| pointer.workspace))
    }

    /// Reads the ids of the workspaces of a company.
    pub async fn company_workspaces(&self, company: CompanyId) -> Result<Vec<WorkspaceId>> {
        let (pk, _) = keys::company(company).into_parts();
        let pointers: Vec<WorkspacePointer> = self.query(&pk, "W#", usize::MAX).await?;
        Ok(pointers.into_iter().map(|pointer| pointer.workspace).collect())
    }

    /// Writes a new workspace with its first member and its topmost group.
    pub async fn create_workspace(&self, workspace: &Workspace, creator: &Person) -> Result<()> {
        let scope = Scope::Workspace(workspace.id);
        let audit_entry = AuditEntry::new(workspace.created_at, workspace.created_by, "workspace.created");
        let pointer = WorkspacePointer { workspace: workspace.id };
        let mut writes = vec![
            ConditionalWrite::put(&keys::workspace(workspace.id), workspace).if_absent(),
            ConditionalWrite::put(&keys::company_workspace(workspace.company, workspace.id), pointer),
            ConditionalWrite::put(&keys::workspace_number(workspace.number), pointer).if_absent(),
            ConditionalWrite::put(&keys::short_id(&workspace.short_id), pointer).if_absent(),
            ConditionalWrite::put(&keys::person(scope, &creator.identifier()), creator),
            ConditionalWrite::put(&keys::membership(creator.user, scope), Membership::new(creator.role, scope)),
            audit_write(scope, &audit_entry, self.random()),
        ];
        writes.extend(group_writes(&Group::top(workspace, self.random())?));
        match self.transact(writes).await? {
            Transacted::Done => Ok(()),
            // The random id of the new workspace is unused. A workspace with the same id and salt exists only if an
            // earlier attempt to create the workspace succeeded and DynamoDB's reply was lost.
            Transacted::Refused(_)
                if self.workspaces(&[workspace.id]).await?.iter().any(|stored| stored.salt == workspace.salt) =>
            {
                Ok(())
            }
            Transacted::Refused(_) => Err(Error::internal("store: a new workspace's id was taken")),
        }
    }
}

impl Store {
    /// Changes the attributes of a workspace that `wanted` sets. Returns `false` if the workspace does not exist.
    pub async fn change_workspace(
        &self,
        id: WorkspaceId,
        wanted: &WorkspaceChange,
        actor: UserId,
        now: Timestamp,
    ) -> Result<bool> {
        let mut write =
            ConditionalWrite::update(keys::workspace(id)).if_present().set("updated_at", now.as_millisecond());
        if let Some(name) = &wanted.name {
            write = write.set("name", name);
        }
        if let Some(published) = wanted.published {
            write = write.set("published", published);
        }
        let audit_entry = AuditEntry::new(now, actor, "workspace.changed");
        let writes = vec![write, audit_write(Scope::Workspace(id), &audit_entry, self.random())];
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }
}

/// The item that leads from an integer id or a short id to a workspace.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct WorkspacePointer {
    workspace: WorkspaceId,
}
