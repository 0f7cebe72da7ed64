//! Listing the invitations to a workspace or company for the users who may manage them.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    Error, Missing, Result, Usher,
    domain::{
        DeliveryState, InvitationStatus, Manager, Permission, Person, PersonId, Profile, Scope, UserId, WorkspaceId,
    },
    operations::{
        Caller, InviteTo,
        cursor::{CursorPage, Cursors, PageRequest},
        log,
    },
    store::PeoplePage,
};

/// An invitation, as the users who may manage the invitation see it.
#[derive(Debug)]
pub struct Invitation {
    /// The workspace that the person is invited to. `None` if the person is invited to the company.
    pub workspace: Option<WorkspaceId>,
    /// The invited person's record.
    pub person: Person,
    /// The invitation's status at the time of the request.
    pub status: InvitationStatus,
    /// The name of the inviter: the user who last sent or amended the invitation. `None` if the inviter's account was
    /// deleted.
    pub inviter_name: Option<String>,
}

/// The filter that selects which invitations to list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InvitationFilter {
    /// Lists only invitations with this status.
    pub status: Option<InvitationStatus>,
    /// Lists only invitations whose mail has this delivery state.
    pub delivery: Option<DeliveryState>,
    /// Lists only invitations whose address begins with this text, which is in lower case.
    pub address: String,
}

/// The right of a caller to manage the invitations to a workspace or company.
pub(in crate::operations) struct ManagedInvitations {
    /// The workspace or company whose invitations the caller may manage.
    pub(in crate::operations) scope: Scope,
    /// The caller, with the caller's role in the workspace or company.
    pub(in crate::operations) manager: Manager,
}

impl Usher {
    /// Lists invitations of every status, ordered by address. The invitation of a former member is not listed, because
    /// the invitation ended when the membership ended.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite people. [`Error::Invalid`] for a
    /// cursor that belongs to another list.
    pub async fn list_invitations(
        &self,
        caller: &Caller,
        to: InviteTo,
        filter: &InvitationFilter,
        page: &PageRequest,
    ) -> Result<CursorPage<Invitation>> {
        let (managed, salt) = self.managed_invitations(caller, to).await?;
        let salt = match salt {
            Some(salt) => salt,
            None => self.own_company(caller).await?.salt,
        };
        let cursors = Cursors::new(&salt, "invitations", filter);
        let after = cursors.open(page)?;
        // The table stores domains in Punycode, and the Punycode of a partial domain is not a prefix of the whole
        // domain's. The store therefore selects addresses by the part before the @, and `matches` compares the domain.
        let prefix = filter.address.split_inclusive('@').next().unwrap_or_default();
        let query = PeoplePage { scope: managed.scope, prefix, after: after.as_ref(), most: page.limit };
        let (now, InvitationFilter { status, delivery, address }) = (self.now(), filter.clone());
        let matches = move |person: &Person| {
            let own_status = person.invitation(now);
            own_status.is_some()
                && person.address.starts_with(&address)
                && status.is_none_or(|status| own_status == Some(status))
                && delivery.is_none_or(|delivery| person.delivery == Some(delivery))
        };
        let page = cursors.seal(self.store.people_page(query, matches).await?, self.random())?;
        let inviters: Vec<_> = page.items.iter().map(|person| person.inviter).collect();
        let names = self.full_names(inviters).await?;
        let invitations =
            page.items.into_iter().filter_map(|person| Invitation::of(managed.scope, person, &names, now));
        Ok(CursorPage { items: invitations.collect(), next_cursor: page.next_cursor })
    }

    /// Returns one invitation to a workspace or company, by the public id of the invited person's record.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite people. [`Error::NotFound`] for an
    /// id that belongs to no invitation to this workspace or company.
    pub async fn get_invitation(&self, caller: &Caller, to: InviteTo, id: &PersonId) -> Result<Invitation> {
        let (managed, _) = self.managed_invitations(caller, to).await?;
        let person = self.invited_person(managed.scope, id).await?;
        self.with_inviter_name(managed.scope, person).await
    }

    /// Checks that the caller may manage the invitations to a workspace or company. Returns the caller's right to
    /// manage the invitations, and the workspace's salt if the invitations are to a workspace.
    pub(in crate::operations) async fn managed_invitations(
        &self,
        caller: &Caller,
        to: InviteTo,
    ) -> Result<(ManagedInvitations, Option<String>)> {
        match to {
            InviteTo::Company => {
                let access = self.company_access(caller).await?;
                access.require_admin()?;
                let manager = Manager { user: access.profile.id, role: access.role };
                Ok((ManagedInvitations { scope: Scope::Company(caller.company), manager }, None))
            }
            InviteTo::Workspace(id) => {
                let access = self.workspace_access(caller, id).await?;
                log::workspace(id);
                access.require(Permission::Invite)?;
                let manager = Manager { user: access.profile.id, role: access.role };
                Ok((ManagedInvitations { scope: Scope::Workspace(id), manager }, Some(access.workspace.salt)))
            }
        }
    }

    /// The person's record with the public id `id`, if the person was invited to the workspace or company `scope`.
    pub(in crate::operations) async fn invited_person(&self, scope: Scope, id: &PersonId) -> Result<Person> {
        let found = self.store.person_of_id(id).await?.filter(|(key, _)| key.scope() == Some(scope));
        let person = found.map(|(_, person)| person).filter(|person| person.invitation(self.now()).is_some());
        person.ok_or(Error::NotFound(Missing::Invitation))
    }

    /// Reads an invited person's record again, after another request changed the record.
    pub(in crate::operations) async fn reread_invited_person(&self, scope: Scope, person: &Person) -> Result<Person> {
        let person = self.store.person(scope, &person.identifier()).await?;
        let person = person.filter(|person| person.invitation(self.now()).is_some());
        person.ok_or(Error::NotFound(Missing::Invitation))
    }

    /// The invitation that a person's record contains, with the inviter's name.
    pub(in crate::operations) async fn with_inviter_name(&self, scope: Scope, person: Person) -> Result<Invitation> {
        let names = self.full_names(vec![person.inviter]).await?;
        Invitation::of(scope, person, &names, self.now()).ok_or(Error::NotFound(Missing::Invitation))
    }

    /// The full names of the users `users`. The function reads the account of each of the users once.
    pub(in crate::operations) async fn full_names(&self, mut users: Vec<UserId>) -> Result<HashMap<UserId, String>> {
        users.sort_unstable();
        users.dedup();
        let profiles = self.store.profiles(&users).await?;
        Ok(profiles.iter().map(|profile| (profile.id, Profile::full_name(profile))).collect())
    }
}

impl Invitation {
    /// The invitation that a person's record contains. `None` if the record has no invitation.
    fn of(scope: Scope, person: Person, names: &HashMap<UserId, String>, now: jiff::Timestamp) -> Option<Self> {
        let status = person.invitation(now)?;
        let workspace = if let Scope::Workspace(id) = scope { Some(id) } else { None };
        let inviter_name = names.get(&person.inviter).cloned();
        Some(Self { workspace, person, status, inviter_name })
    }
}
