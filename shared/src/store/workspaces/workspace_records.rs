//! Workspaces.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{
        CallerStanding, Company, CompanyId, Group, Membership, Person, Random, Scope, ShortId, UserId, Workspace,
        WorkspaceChange, WorkspaceId,
    },
    store::{
        Store,
        accounts::profiles::{caller_keys, take_records},
        audit::audit_log::{Entry, entry},
        conditional_write::ConditionalWrite,
        groups::group_records::group_writes,
        keys,
        transact::Transacted,
    },
};

impl Store {
    /// A workspace with a caller's profile and roles, in one read.
    pub async fn workspace_and_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: WorkspaceId,
    ) -> Result<(Option<Workspace>, CallerStanding)> {
        let mut keys = caller_keys(user, company, Some(workspace));
        keys.push(keys::workspace(workspace));
        let mut found = self.get_many(keys).await?;
        let standing = take_records(&mut found, user, company, Some(workspace))?;
        Ok((found.take(&keys::workspace(workspace))?, standing))
    }

    /// A workspace and its company.
    pub async fn workspace_and_company(
        &self,
        workspace: WorkspaceId,
        company: CompanyId,
    ) -> Result<Option<(Workspace, Company)>> {
        let mut found = self.get_many(vec![keys::workspace(workspace), keys::company(company)]).await?;
        Ok(found.take(&keys::workspace(workspace))?.zip(found.take(&keys::company(company))?))
    }

    /// These workspaces, in the order asked for; those that aren't there are left out.
    pub async fn workspaces(&self, ids: &[WorkspaceId]) -> Result<Vec<Workspace>> {
        let mut found = self.get_many(ids.iter().map(|id| keys::workspace(*id)).collect()).await?;
        ids.iter().filter_map(|id| found.take(&keys::workspace(*id)).transpose()).collect()
    }

    /// The workspace of an integer id.
    pub async fn workspace_of_number(&self, number: u32) -> Result<Option<WorkspaceId>> {
        let pointer: Option<Pointer> = self.get(&keys::workspace_number(number)).await?;
        Ok(pointer.map(|pointer| pointer.workspace))
    }

    /// The workspace of a short id.
    pub async fn workspace_of_short_id(&self, id: &ShortId) -> Result<Option<WorkspaceId>> {
        let pointer: Option<Pointer> = self.get(&keys::short_id(id)).await?;
        Ok(pointer.map(|pointer| pointer.workspace))
    }

    /// The ids of a company's workspaces.
    pub async fn company_workspaces(&self, company: CompanyId) -> Result<Vec<WorkspaceId>> {
        let (pk, _) = keys::company(company).into_parts();
        let pointers: Vec<Pointer> = self.query(&pk, "W#", usize::MAX).await?;
        Ok(pointers.into_iter().map(|pointer| pointer.workspace).collect())
    }

    /// Writes a new workspace with its first member and its topmost group.
    pub async fn create_workspace(&self, workspace: &Workspace, creator: &Person, random: &dyn Random) -> Result<()> {
        let of = Scope::Workspace(workspace.id);
        let told = Entry::new(workspace.created_at, workspace.created_by, "workspace.created");
        let pointer = Pointer { workspace: workspace.id };
        let mut changes = vec![
            ConditionalWrite::put(&keys::workspace(workspace.id), workspace).if_absent(),
            ConditionalWrite::put(&keys::company_workspace(workspace.company, workspace.id), pointer),
            ConditionalWrite::put(&keys::workspace_number(workspace.number), pointer).if_absent(),
            ConditionalWrite::put(&keys::short_id(&workspace.short_id), pointer).if_absent(),
            ConditionalWrite::put(&keys::person(of, &creator.identifier()), creator),
            ConditionalWrite::put(&keys::membership(creator.user, of), Membership::new(creator.role, of)),
            entry(of, &told, random),
        ];
        changes.extend(group_writes(&Group::top(workspace, random)?));
        match self.transact(changes).await? {
            Transacted::Done => Ok(()),
            // A new random id is there already only if the first reply was lost.
            Transacted::Refused(_)
                if self.workspaces(&[workspace.id]).await?.iter().any(|there| there.salt == workspace.salt) =>
            {
                Ok(())
            }
            Transacted::Refused(_) => Err(Error::internal("store: a new workspace's id was taken")),
        }
    }
}

impl Store {
    /// Changes a workspace, and nothing of it that isn't named. `false` if there is none.
    pub async fn change_workspace(
        &self,
        id: WorkspaceId,
        wanted: &WorkspaceChange,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<bool> {
        let mut change =
            ConditionalWrite::update(keys::workspace(id)).if_present().set("updated_at", now.as_millisecond());
        if let Some(name) = &wanted.name {
            change = change.set("name", name);
        }
        if let Some(published) = wanted.published {
            change = change.set("published", published);
        }
        let told = Entry::new(now, actor, "workspace.changed");
        let changes = vec![change, entry(Scope::Workspace(id), &told, random)];
        Ok(matches!(self.transact(changes).await?, Transacted::Done))
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Pointer {
    workspace: WorkspaceId,
}
