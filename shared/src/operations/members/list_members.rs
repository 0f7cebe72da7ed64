//! Listing the people of a workspace: its members, and the people with a pending invitation.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::{MembershipState, Permission, Person, Role, Scope, Workspace, WorkspaceId},
    operations::{
        Caller,
        cursor::{CursorPage, Cursors, PageRequest},
        log,
        members::change_member::Selection,
    },
    store::PeoplePage,
};

/// The number of workspaces whose people are read in parallel.
const IN_FLIGHT: usize = 4;

/// The largest number of people in a list without pages. A response has no room for more people than this number.
pub(in crate::operations) const MAX_PEOPLE: usize = 50_000;

/// The error for a list without pages that has more than [`MAX_PEOPLE`] people.
pub(in crate::operations) fn list_too_large() -> Error {
    Error::TooLarge(PublicMessage::new("list_too_large", "There are too many people for one list."))
}

/// The filter that selects which members to list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MemberFilter {
    /// Lists only members with this role.
    pub role: Option<Role>,
    /// Lists only members whose name or address contains this text. The comparison of names and addresses with the text
    /// ignores upper and lower case.
    pub text: Option<String>,
}

impl MemberFilter {
    fn admits(&self, person: &Person) -> bool {
        let contains = |text: &str| {
            let name = person.full_name().unwrap_or_default();
            [person.address.as_typed(), person.address.canonical(), &name]
                .iter()
                .any(|one| one.to_lowercase().contains(text))
        };
        self.role.is_none_or(|role| person.role == role)
            && self.text.as_ref().is_none_or(|text| contains(&text.to_lowercase()))
    }
}

impl Usher {
    /// A page of a workspace's members, ordered by address. Every member of the workspace may list the members.
    ///
    /// # Errors
    /// The errors of [`Usher::workspace_access`]; [`Error::Invalid`] for a cursor that belongs to another list.
    pub async fn page_members(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<CursorPage<Person>> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::View)?;
        let cursors = Cursors::new(&access.workspace.salt, "members", filter);
        let after = cursors.open(page)?;
        let query = PeoplePage { scope: Scope::Workspace(id), prefix: "", after: after.as_ref(), most: page.limit };
        let (now, filter) = (self.now(), filter.clone());
        let matches = move |person: &Person| person.state(now) == MembershipState::Member && filter.admits(person);
        cursors.seal(self.store.people_page(query, matches).await?, self.random())
    }

    /// A workspace with its members and pending invitations, the oldest record first. Every member of the workspace may
    /// list the members and invitations.
    ///
    /// # Errors
    /// The errors of [`Usher::workspace_access`].
    pub async fn list_members(&self, caller: &Caller, id: WorkspaceId) -> Result<(Workspace, Vec<Person>)> {
        let access = self.workspace_access(caller, id).await?;
        access.require(Permission::View)?;
        let people = self.members_and_invited(&access.workspace).await?;
        Ok((access.workspace, people))
    }

    /// All workspaces of the company, the oldest first, each with its members and pending invitations.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::TooLarge`] if the workspaces have more than
    /// 50,000 people.
    pub async fn list_company_members(&self, caller: &Caller) -> Result<Vec<(Workspace, Vec<Person>)>> {
        let workspaces = self.list_company_workspaces(caller).await?;
        let reads: Vec<_> = workspaces.iter().map(|workspace| self.members_and_invited(workspace)).collect();
        let mut reads = stream::iter(reads).buffered(IN_FLIGHT);
        let (mut all, mut count) = (Vec::new(), 0);
        while let Some(people) = reads.try_next().await? {
            count += people.len();
            if count > MAX_PEOPLE {
                return Err(list_too_large());
            }
            all.push(people);
        }
        drop(reads);
        Ok(workspaces.into_iter().zip(all).collect())
    }

    /// The members and pending invitations of a workspace, the oldest record first.
    pub(in crate::operations) async fn members_and_invited(&self, workspace: &Workspace) -> Result<Vec<Person>> {
        Ok(members_and_invited(self.store.people(Scope::Workspace(workspace.id)).await?, self.now()))
    }
}

/// The members and pending invitations among the records `people`, the oldest record first.
pub(in crate::operations) fn members_and_invited(mut people: Vec<Person>, now: Timestamp) -> Vec<Person> {
    people.retain(|person| Selection::MembersAndInvited.contains(person, now));
    people.sort_by(|one, other| {
        (one.created_at, &one.address, &one.user_code).cmp(&(other.created_at, &other.address, &other.user_code))
    });
    people
}
