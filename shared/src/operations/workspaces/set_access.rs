//! Saying who has access to a workspace: adds people and domains and changes roles, and removes nobody.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use jiff::SignedDuration;

use crate::{
    Error, Public, Result, Usher,
    domain::{
        Identifier, MailDomain, Manager, MembershipState, Message, Outcome, Person, Reason, Role, Scope, Workspace,
        WorkspaceId, may_change_role,
    },
    operations::{
        Caller, InviteRow, InviteTo, InviteUsers, Invited, NewDomain, RejectWhole, ResultDetail,
        invitations::invite_users::refusal_of_address,
        members::{
            change_member::{MemberChange, Selection, last_admin, refused_change},
            list_members::members_and_invited,
        },
    },
    store::Known,
};

/// Who is to have access.
#[derive(Debug)]
pub struct SetAccess {
    /// To which workspace.
    pub workspace: WorkspaceId,
    /// People, each once.
    pub people: Vec<InviteRow>,
    /// Domains.
    pub domains: Vec<(MailDomain, Role)>,
    /// What is written to whoever is new, if the workspace is published.
    pub message: Option<Message>,
    /// Whether to tell who has access then.
    pub listed: bool,
    /// The role that the caller takes a role for. Who seems to have the role that they are to have keeps theirs.
    pub seen_as: fn(Role) -> Role,
}

impl Usher {
    /// Invites whoever isn't there yet, changes the roles of the others, and adds the domains. Asked again after a failure
    /// it goes on. Answers who is a member or invited, oldest first, if the request asks for it: whoever was when it began,
    /// with its own changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace; with nothing done,
    /// [`Error::Invalid`] for an address or domain that is there twice, for too many and for whoever can't be invited,
    /// [`Error::Suppressed`] for an address that isn't mailed, [`Error::Conflict`] if no ADMIN would be left, and
    /// [`Error::Forbidden`] for somebody whose role, be it the one they have, is above the caller's; else what the first
    /// refused person was refused for.
    pub async fn set_access(&self, caller: &Caller, request: SetAccess) -> Result<Option<Vec<Person>>> {
        let SetAccess { workspace, people, domains, message, listed, seen_as } = request;
        let access = self.administered_workspace(caller, workspace).await?;
        if !people.is_empty() {
            self.admit_once_each(&people)?;
        }
        let mut named = HashSet::new();
        if !domains.iter().all(|(domain, _)| named.insert(domain)) {
            return Err(Error::invalid("duplicate_domain", "A domain is there twice."));
        }
        let mut there = self.people_before(workspace, &people, listed).await?;
        if !people.is_empty() {
            let now = self.now();
            let (mut changed, mut rows) = (Vec::new(), Vec::new());
            for invitee in people {
                match there.get(&invitee.identifier).filter(|person| Selection::MembersAndInvited.contains(person, now))
                {
                    Some(person) if seen_as(person.role) == invitee.role => {}
                    Some(person) => changed.push((person.clone(), MemberChange::Role(invitee.role))),
                    None => rows.push(Ok(invitee)),
                }
            }
            let manager = Manager { user: access.profile.id, role: access.role };
            for (person, fate) in &changed {
                if let MemberChange::Role(role) = fate {
                    may_change_role(manager, person, *role).map_err(refused_change)?;
                }
            }
            // Whoever becomes an ADMIN does so before another one ceases to be the last.
            changed.sort_by_key(|(_, fate)| !matches!(fate, MemberChange::Role(Role::Admin)));
            self.keep_an_admin(&access.workspace, &changed, &rows).await?;
            if !rows.is_empty() {
                let mut request = InviteUsers::new(InviteTo::Workspace(workspace), rows);
                (request.message, request.only_if_published, request.refused_by) = (message, true, RejectWhole::AnyRow);
                request.tells = if listed { ResultDetail::Records } else { ResultDetail::Outcomes };
                let invited = self.invite_users(caller, request).await?;
                invited.require_all()?;
                let records = invited.results.into_iter().filter_map(|row| row.record);
                there.extend(records.map(|person| (person.identifier(), *person)));
            }
            for (person, fate) in changed {
                let person = self.change_person(&access, person, fate, Selection::MembersAndInvited).await?;
                there.insert(person.identifier(), person);
            }
        }
        for (domain, role) in domains {
            let rule = self.add_domain(caller, NewDomain { workspace, domain, role }).await?;
            self.change_domain(caller, &rule.id, role).await?;
        }
        Ok(listed.then(|| members_and_invited(there.into_values().collect(), self.now())))
    }

    /// Refuses what would leave a workspace without an ADMIN before anything of it is done. Their own writes decide. Of
    /// whoever is new only colleagues are members at once.
    async fn keep_an_admin(
        &self,
        workspace: &Workspace,
        changed: &[(Person, MemberChange)],
        new: &[std::result::Result<InviteRow, Reason>],
    ) -> Result<()> {
        let now = self.now();
        let members = changed.iter().filter(|(person, _)| person.state(now) == MembershipState::Member);
        let (mut less, mut more) = (0, 0);
        for (person, fate) in members {
            let stays = matches!(fate, MemberChange::Role(Role::Admin));
            less += u32::from(person.role == Role::Admin && !stays);
            more += u32::from(person.role != Role::Admin && stays);
        }
        if less == 0 || workspace.admins + more > less {
            return Ok(());
        }
        let new: Vec<_> =
            new.iter().flatten().filter(|new| new.role == Role::Admin).map(|new| &new.identifier).collect();
        let known = self.store.known(&new).await?;
        let is_colleague = |known: &Known| known.identity.as_ref().is_some_and(|it| it.company == workspace.company);
        if known.iter().any(is_colleague) { Ok(()) } else { Err(last_admin()) }
    }

    /// Everybody in the workspace if they are to be told, or else those whom the request names, if they are there.
    async fn people_before(
        &self,
        workspace: WorkspaceId,
        named: &[InviteRow],
        everybody: bool,
    ) -> Result<HashMap<Identifier, Person>> {
        let of = Scope::Workspace(workspace);
        let people = if everybody {
            self.store.people(of).await?
        } else {
            let whom: Vec<_> = named.iter().map(|invitee| &invitee.identifier).collect();
            self.store.people_by_identifier(of, &whom).await?.into_iter().flatten().collect()
        };
        Ok(people.into_iter().map(|person| (person.identifier(), person)).collect())
    }
}

impl Usher {
    /// Lets pass people who could be given access to a workspace of the caller's company, as far as nothing has to be known
    /// of it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is there twice, for too many, and for a service account that there isn't;
    /// [`Error::Suppressed`] for an address that isn't mailed.
    pub async fn admit_people(&self, caller: &Caller, people: &[InviteRow]) -> Result<()> {
        self.admit_once_each(people)?;
        let known = self.store.known(&people.iter().map(|invitee| &invitee.identifier).collect::<Vec<_>>()).await?;
        for (invitee, Known { identity, suppressed }) in people.iter().zip(known) {
            let colleague = identity.is_some_and(|identity| identity.company == caller.company);
            if let Some((outcome, Reason { detail, .. })) = refusal_of_address(invitee, colleague, suppressed) {
                return Err(refusal(outcome, detail, SignedDuration::ZERO));
            }
        }
        Ok(())
    }

    fn admit_once_each(&self, people: &[InviteRow]) -> Result<()> {
        let mut seen = HashSet::new();
        if !people.iter().all(|invitee| seen.insert(&invitee.identifier)) {
            return Err(Error::invalid("duplicate_user", "An e-mail address is there twice."));
        }
        self.admit_rows(people.len())
    }

    /// Lets pass unless people of a workspace that the caller is about to make name the caller as less than its ADMIN.
    ///
    /// # Errors
    /// [`Error::Conflict`] then.
    pub async fn admit_founder(&self, caller: &Caller, people: &[InviteRow]) -> Result<()> {
        let own = self.company_access(caller).await?.profile.identifier();
        let lesser = people.iter().any(|invitee| invitee.identifier == own && invitee.role != Role::Admin);
        if lesser { Err(last_admin()) } else { Ok(()) }
    }
}

impl Invited {
    /// Lets pass if everybody is invited or a member now, or was one before.
    ///
    /// # Errors
    /// Why the first who isn't was refused.
    pub fn require_all(&self) -> Result<()> {
        let Some(row) = self.results.iter().find(|row| !row.is_there()) else { return Ok(()) };
        let detail = row.reason.clone().map_or_else(Default::default, |Reason { detail, .. }| detail);
        Err(refusal(row.outcome, detail, self.retry_after.unwrap_or_default()))
    }
}

fn refusal(outcome: Outcome, detail: Cow<'static, str>, retry_after: SignedDuration) -> Error {
    match outcome {
        Outcome::Forbidden => Error::forbidden("forbidden", detail),
        Outcome::Limited => Error::TooMany { public: Public::new("limited", detail), retry_after },
        Outcome::Suppressed => Error::Suppressed(Public::new("suppressed", detail)),
        Outcome::Invalid | Outcome::Duplicate => Error::invalid("invalid_user", detail),
        _ => Error::Unavailable(crate::Internal::new("invite: a row wasn't written")),
    }
}
