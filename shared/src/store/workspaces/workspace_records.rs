//! Workspaces.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{CompanyId, Identifier, Message, Person, PersonId, Random, Scope, ShortId, Title, UserId, WorkspaceId},
    store::{
        Membership, Store,
        accounts::profiles::{CallerRecords, Company, caller_keys, take_records},
        audit::audit_log::{Entry, entry},
        conditional_write::ConditionalWrite,
        groups::group_records::Group,
        keys,
        transact::Transacted,
    },
};

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its integer id.
    pub number: u32,
    /// Its short id.
    pub short_id: ShortId,
    /// Whose it is.
    pub company: CompanyId,
    /// Its name.
    pub name: Title,
    /// What it is for.
    pub description: Option<Message>,
    /// Makes the ids of its people unguessable.
    pub salt: String,
    /// How many members are its explicit ADMINs.
    pub admins: u32,
    /// Whether it is published: from one that isn't, some contracts mail no message.
    pub published: bool,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}

/// The public id of this person in a workspace or company with this salt.
pub fn person_id(salt: &str, identifier: &Identifier) -> PersonId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(salt).chain_update([0]).chain_update(identifier.canonical()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PersonId::from_digest(bytes)
}

impl Store {
    /// A workspace with a caller's profile and roles, in one read.
    pub async fn workspace_and_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: WorkspaceId,
    ) -> Result<(Option<Workspace>, CallerRecords)> {
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
        changes.extend(Group::top(workspace, random)?.changes());
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

/// What is to change of a workspace.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceChange {
    /// Its name.
    pub name: Option<Title>,
    /// Whether it is published.
    pub published: Option<bool>,
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
        let name = if wanted.name.is_some() { ", #name = :name" } else { "" };
        let published = if wanted.published.is_some() { ", #published = :published" } else { "" };
        let update = format!("SET #updated_at = :now{name}{published}");
        let mut change =
            ConditionalWrite::update(keys::workspace(id), update).if_present().with("now", now.as_millisecond());
        if let Some(name) = &wanted.name {
            change = change.with("name", name);
        }
        if let Some(published) = wanted.published {
            change = change.with("published", published);
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
