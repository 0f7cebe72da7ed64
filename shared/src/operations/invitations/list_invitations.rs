//! The invitations to a workspace or to the whole company, as those see them who manage them.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    Error, Missing, Result, Usher,
    domain::{
        DeliveryState, InvitationStatus, Manager, Permission, Person, PersonId, Profile, Scope, UserId, WorkspaceId,
    },
    operations::{
        Caller, InviteTo,
        cursor::{Cursors, PageRequest, Paged},
        log,
    },
    store::PeoplePage,
};

/// An invitation.
#[derive(Debug)]
pub struct Invitation {
    /// To which workspace; `None` if it is to the whole company.
    pub workspace: Option<WorkspaceId>,
    /// The record.
    pub person: Person,
    /// What has become of it.
    pub status: InvitationStatus,
    /// The name of whoever invited or resent last.
    pub inviter_name: Option<String>,
}

/// Which invitations are listed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InvitationFilter {
    /// Only those of which this has become.
    pub status: Option<InvitationStatus>,
    /// Only those whose mail came so far.
    pub delivery: Option<DeliveryState>,
    /// Only those whose address begins so, in lower case.
    pub address: String,
}

/// A caller who manages the invitations to a workspace or company.
pub(in crate::operations) struct ManagedInvitations {
    /// The workspace or company.
    pub(in crate::operations) of: Scope,
    /// The caller.
    pub(in crate::operations) manager: Manager,
}

impl Usher {
    /// Invitations by address, whatever has become of them. Those of members who are gone aren't among them.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite; [`Error::Invalid`] for a cursor that
    /// isn't this list's.
    pub async fn list_invitations(
        &self,
        caller: &Caller,
        of: InviteTo,
        filter: &InvitationFilter,
        wish: &PageRequest,
    ) -> Result<Paged<Invitation>> {
        let (invitations, salt) = self.managed_invitations(caller, of).await?;
        let salt = match salt {
            Some(salt) => salt,
            None => self.own_company(caller).await?.salt,
        };
        let cursors = Cursors::new(&salt, "invitations", filter);
        let after = cursors.open(wish)?;
        // The table has domains in Punycode, whose beginning isn't that of the domain.
        let prefix = filter.address.split_inclusive('@').next().unwrap_or_default();
        let page = PeoplePage { of: invitations.of, prefix, after: after.as_ref(), most: wish.limit };
        let (now, InvitationFilter { status, delivery, address }) = (self.now(), filter.clone());
        let wanted = move |person: &Person| {
            let found = person.invitation(now);
            found.is_some()
                && person.address.begins_with(&address)
                && status.is_none_or(|status| found == Some(status))
                && delivery.is_none_or(|delivery| person.delivery == Some(delivery))
        };
        let page = cursors.seal(self.store.people_page(page, wanted).await?, self.random())?;
        let inviters: Vec<_> = page.items.iter().map(|person| person.inviter).collect();
        let names = self.names(inviters).await?;
        let shown = page.items.into_iter().filter_map(|person| Invitation::of(invitations.of, person, &names, now));
        Ok(Paged { items: shown.collect(), next_cursor: page.next_cursor })
    }

    /// One invitation.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite, and for an id that isn't one of an
    /// invitation to this.
    pub async fn get_invitation(&self, caller: &Caller, of: InviteTo, id: &PersonId) -> Result<Invitation> {
        let (invitations, _) = self.managed_invitations(caller, of).await?;
        let person = self.invited_person(invitations.of, id).await?;
        self.shown(invitations.of, person).await
    }

    /// The invitations that the caller may manage, and the workspace's salt.
    pub(in crate::operations) async fn managed_invitations(
        &self,
        caller: &Caller,
        of: InviteTo,
    ) -> Result<(ManagedInvitations, Option<String>)> {
        match of {
            InviteTo::Company => {
                let access = self.company_access(caller).await?;
                access.require_admin()?;
                let manager = Manager { user: access.profile.id, role: access.role };
                Ok((ManagedInvitations { of: Scope::Company(caller.company), manager }, None))
            }
            InviteTo::Workspace(id) => {
                let access = self.workspace_access(caller, id).await?;
                log::workspace(id);
                access.require(Permission::Invite)?;
                let manager = Manager { user: access.profile.id, role: access.role };
                Ok((ManagedInvitations { of: Scope::Workspace(id), manager }, Some(access.workspace.salt)))
            }
        }
    }

    /// Whoever has this id and was invited to this.
    pub(in crate::operations) async fn invited_person(&self, of: Scope, id: &PersonId) -> Result<Person> {
        let found = self.store.person_of_id(id).await?.filter(|(key, _)| key.scope() == Some(of));
        let person = found.map(|(_, person)| person).filter(|person| person.invitation(self.now()).is_some());
        person.ok_or(Error::NotFound(Missing::Invitation))
    }

    /// The same, as they are now.
    pub(in crate::operations) async fn read_again(&self, of: Scope, person: &Person) -> Result<Person> {
        let person = self.store.person(of, &person.identifier()).await?;
        let person = person.filter(|person| person.invitation(self.now()).is_some());
        person.ok_or(Error::NotFound(Missing::Invitation))
    }

    /// An invitation with its inviter's name.
    pub(in crate::operations) async fn shown(&self, of: Scope, person: Person) -> Result<Invitation> {
        let names = self.names(vec![person.inviter]).await?;
        Invitation::of(of, person, &names, self.now()).ok_or(Error::NotFound(Missing::Invitation))
    }

    /// The names of users, each read once.
    pub(in crate::operations) async fn names(&self, mut users: Vec<UserId>) -> Result<HashMap<UserId, String>> {
        users.sort_unstable();
        users.dedup();
        let profiles = self.store.profiles(&users).await?;
        Ok(profiles.iter().map(|profile| (profile.id, Profile::full_name(profile))).collect())
    }
}

impl Invitation {
    fn of(of: Scope, person: Person, names: &HashMap<UserId, String>, now: jiff::Timestamp) -> Option<Self> {
        let status = person.invitation(now)?;
        let workspace = if let Scope::Workspace(id) = of { Some(id) } else { None };
        let inviter_name = names.get(&person.inviter).cloned();
        Some(Self { workspace, person, status, inviter_name })
    }
}
