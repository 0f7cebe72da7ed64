//! The people of a workspace: its members, and who is invited to it.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Error, Public, Result, Usher,
    domain::{MembershipState, Permission, Person, Role, Scope, Workspace, WorkspaceId},
    operations::{
        Caller,
        cursor::{Cursors, PageRequest, Paged},
        log,
        members::change_member::Selection,
    },
    store::PeoplePage,
};

/// Workspaces whose people are read at once.
const IN_FLIGHT: usize = 4;

/// More don't fit into an answer.
pub(in crate::operations) const MAX: usize = 50_000;

/// A list that is documented without pages has grown too long for an answer.
pub(in crate::operations) fn too_many() -> Error {
    Error::TooLarge(Public::new("list_too_large", "There are too many people for one list."))
}

/// Which members are listed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MemberFilter {
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only those in whose name or address this is found, in capitals or not.
    pub text: Option<String>,
}

impl MemberFilter {
    fn admits(&self, person: &Person) -> bool {
        let has = |text: &str| {
            let name = person.full_name().unwrap_or_default();
            [person.address.as_typed(), person.address.canonical(), &name]
                .iter()
                .any(|one| one.to_lowercase().contains(text))
        };
        self.role.is_none_or(|role| person.role == role)
            && self.text.as_ref().is_none_or(|text| has(&text.to_lowercase()))
    }
}

impl Usher {
    /// A page of a workspace's members, by address. Any member may ask.
    ///
    /// # Errors
    /// As [`Usher::workspace_access`]; [`Error::Invalid`] for a cursor that isn't this list's.
    pub async fn page_members(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        filter: &MemberFilter,
        wish: &PageRequest,
    ) -> Result<Paged<Person>> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::View)?;
        let cursors = Cursors::new(&access.workspace.salt, "members", filter);
        let after = cursors.open(wish)?;
        let page = PeoplePage { of: Scope::Workspace(id), prefix: "", after: after.as_ref(), most: wish.limit };
        let (now, filter) = (self.now(), filter.clone());
        let wanted = move |person: &Person| person.standing(now) == MembershipState::Member && filter.admits(person);
        cursors.seal(self.store.people_page(page, wanted).await?, self.random())
    }

    /// A workspace and its members and pending invitations, oldest first. Any member may ask.
    ///
    /// # Errors
    /// As [`Usher::workspace_access`].
    pub async fn list_members(&self, caller: &Caller, id: WorkspaceId) -> Result<(Workspace, Vec<Person>)> {
        let access = self.workspace_access(caller, id).await?;
        access.require(Permission::View)?;
        let people = self.present(&access.workspace).await?;
        Ok((access.workspace, people))
    }

    /// All workspaces of the company, oldest first, each with its members and pending invitations.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::TooLarge`] for more people than fit.
    pub async fn list_company_members(&self, caller: &Caller) -> Result<Vec<(Workspace, Vec<Person>)>> {
        let workspaces = self.list_company_workspaces(caller).await?;
        let reads: Vec<_> = workspaces.iter().map(|workspace| self.present(workspace)).collect();
        let mut reads = stream::iter(reads).buffered(IN_FLIGHT);
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(people) = reads.try_next().await? {
            count += people.len();
            if count > MAX {
                return Err(too_many());
            }
            all.push(people);
        }
        drop(reads);
        Ok(workspaces.into_iter().zip(all).collect())
    }

    pub(in crate::operations) async fn present(&self, workspace: &Workspace) -> Result<Vec<Person>> {
        Ok(present(self.store.people(Scope::Workspace(workspace.id)).await?, self.now()))
    }
}

/// Members and pending invitations, oldest first: nobody else is shown.
pub(in crate::operations) fn present(mut people: Vec<Person>, now: Timestamp) -> Vec<Person> {
    people.retain(|person| Selection::Present.admits(person, now));
    people.sort_by(|one, other| {
        (one.created_at, &one.address, &one.user_code).cmp(&(other.created_at, &other.address, &other.user_code))
    });
    people
}
