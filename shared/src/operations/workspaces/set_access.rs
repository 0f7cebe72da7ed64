//! Setting who has access to a workspace. A request to set access adds people and mail domains to a workspace and
//! changes people's roles, but removes nobody.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use jiff::SignedDuration;

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::{
        Identifier, MailDomain, Manager, MembershipState, Message, Person, Role, RowOutcome, RowReason, Scope,
        Workspace, WorkspaceId, may_change_role,
    },
    operations::{
        Caller, InviteResults, InviteRow, InviteTo, InviteUsers, NewDomainRule, RejectWhole, ResultDetail,
        WorkspaceAccess,
        invitations::invite_users::refusal_of_address,
        members::{
            change_member::{MemberChange, Selection, last_admin, refused_change},
            list_members::members_and_invited,
        },
    },
    store::AddressRecords,
};

/// A request to give people and mail domains access to a workspace.
#[derive(Debug)]
pub struct SetAccess {
    /// The workspace to which the request gives people access.
    pub workspace: WorkspaceId,
    /// The people who get access, with their roles. A request to set access may contain each person only once.
    pub people: Vec<InviteRow>,
    /// The mail domains and the roles that their people get. A request to set access may contain each mail domain only
    /// once.
    pub domains: Vec<(MailDomain, Role)>,
    /// The message to newly invited people. The inviter's message is mailed only if the workspace is published.
    pub message: Option<Message>,
    /// Whether the result lists everybody who has access to the workspace after the request.
    pub listed: bool,
    /// The function that maps a role to the role that the caller's contract shows instead. If the contract already
    /// shows a person with the requested role, the person keeps the present role.
    pub shown_as: fn(Role) -> Role,
}

/// The changes that a request to set access makes, given the people who already have access to the workspace.
struct AccessChanges {
    /// The people who already have access to the workspace, and their new roles.
    changes: Vec<(Person, MemberChange)>,
    /// The people who have no access to the workspace yet.
    new: Vec<std::result::Result<InviteRow, RowReason>>,
}

impl Usher {
    /// Invites the people who have no access to the workspace yet, changes the roles of the people who have access
    /// already, and adds the mail domains. A caller can repeat a request that failed half-way, and the repeated request
    /// makes the missing changes.
    ///
    /// If `listed` is true, the result has the members of the workspace and the pending invitations, oldest first. The
    /// list of people consists of the people who had access before the request, with the request's own changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace. The following errors
    /// occur before anything is changed: [`Error::Invalid`] for an address or domain that appears twice, for too many
    /// people, and for a person who can't be invited; [`Error::Suppressed`] for a suppressed address;
    /// [`Error::Conflict`] if the workspace would lose its last ADMIN; [`Error::Forbidden`] for a person whose present
    /// or requested role is above the caller's. If people are refused for another reason, the error is the reason why
    /// the first of the refused people was refused.
    pub async fn set_access(&self, caller: &Caller, request: SetAccess) -> Result<Option<Vec<Person>>> {
        let SetAccess { workspace, people, domains, message, listed, shown_as } = request;
        let access = self.administered_workspace(caller, workspace).await?;
        if !people.is_empty() {
            self.require_distinct_people(&people)?;
        }
        let mut seen = HashSet::new();
        if !domains.iter().all(|(domain, _)| seen.insert(domain)) {
            return Err(Error::invalid("duplicate_domain", "A domain is there twice."));
        }
        let detail = if listed { ResultDetail::Records } else { ResultDetail::Outcomes };
        let mut with_access = self.people_with_access(workspace, &people, listed).await?;
        if !people.is_empty() {
            let AccessChanges { changes, new } = self.plan_access(&access, &with_access, people, shown_as).await?;
            if !new.is_empty() {
                let mut request = InviteUsers::new(InviteTo::Workspace(workspace), new);
                (request.message, request.only_if_published, request.reject_whole) =
                    (message, true, RejectWhole::AnyRow);
                request.result_detail = detail;
                let invited = self.invite_users(caller, request).await?;
                invited.require_all()?;
                let records = invited.results.into_iter().filter_map(|row| row.record);
                with_access.extend(records.map(|person| (person.identifier(), *person)));
            }
            for (person, change) in changes {
                let person = self.change_person(&access, person, change, Selection::MembersAndInvited).await?;
                with_access.insert(person.identifier(), person);
            }
        }
        for (domain, role) in domains {
            let rule = self.add_domain(caller, NewDomainRule { workspace, domain, role }).await?;
            self.change_domain(caller, &rule.id, role).await?;
        }
        Ok(listed.then(|| members_and_invited(with_access.into_values().collect(), self.now())))
    }

    /// Splits the people of a request into people whose role changes and people who are new in the workspace, and
    /// checks that the caller may make the changes.
    async fn plan_access(
        &self,
        access: &WorkspaceAccess,
        with_access: &HashMap<Identifier, Person>,
        people: Vec<InviteRow>,
        shown_as: fn(Role) -> Role,
    ) -> Result<AccessChanges> {
        let now = self.now();
        let (mut changes, mut new) = (Vec::new(), Vec::new());
        for row in people {
            match with_access.get(&row.identifier).filter(|person| Selection::MembersAndInvited.contains(person, now)) {
                Some(person) if shown_as(person.role) == row.role => {}
                Some(person) => changes.push((person.clone(), MemberChange::Role(row.role))),
                None => new.push(Ok(row)),
            }
        }
        let manager = Manager { user: access.profile.id, role: access.role };
        for (person, change) in &changes {
            if let MemberChange::Role(role) = change {
                may_change_role(manager, person, *role).map_err(refused_change)?;
            }
        }
        // The service writes promotions to ADMIN before all other changes of roles, so that the workspace never lacks
        // an ADMIN in between.
        changes.sort_by_key(|(_, change)| !matches!(change, MemberChange::Role(Role::Admin)));
        let planned = AccessChanges { changes, new };
        self.require_remaining_admin(&access.workspace, &planned).await?;
        Ok(planned)
    }

    /// Refuses a request that would leave the workspace without an ADMIN, before anything is changed. The writes that
    /// change people's roles check again that an ADMIN remains. Of the people who are new in the workspace, only
    /// colleagues count as remaining ADMINs, because all other new people first have to accept an invitation.
    async fn require_remaining_admin(&self, workspace: &Workspace, planned: &AccessChanges) -> Result<()> {
        let now = self.now();
        let members = planned.changes.iter().filter(|(person, _)| person.state(now) == MembershipState::Member);
        let (mut demoted, mut promoted) = (0, 0);
        for (person, change) in members {
            let becomes_admin = matches!(change, MemberChange::Role(Role::Admin));
            demoted += u32::from(person.role == Role::Admin && !becomes_admin);
            promoted += u32::from(person.role != Role::Admin && becomes_admin);
        }
        if demoted == 0 || workspace.admins + promoted > demoted {
            return Ok(());
        }
        let new_admins: Vec<_> =
            planned.new.iter().flatten().filter(|row| row.role == Role::Admin).map(|row| &row.identifier).collect();
        let known = self.store.address_records(&new_admins).await?;
        let is_colleague =
            |known: &AddressRecords| known.identity.as_ref().is_some_and(|it| it.company == workspace.company);
        if known.iter().any(is_colleague) { Ok(()) } else { Err(last_admin()) }
    }

    /// The people who have records in the workspace: all people if `everybody` is true, otherwise only the people whom
    /// the request names.
    async fn people_with_access(
        &self,
        workspace: WorkspaceId,
        named: &[InviteRow],
        everybody: bool,
    ) -> Result<HashMap<Identifier, Person>> {
        let scope = Scope::Workspace(workspace);
        let people = if everybody {
            self.store.people(scope).await?
        } else {
            let identifiers: Vec<_> = named.iter().map(|row| &row.identifier).collect();
            self.store.people_by_identifier(scope, &identifiers).await?.into_iter().flatten().collect()
        };
        Ok(people.into_iter().map(|person| (person.identifier(), person)).collect())
    }

    /// Checks that people can be given access to a workspace of the caller's company that is still to be created.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that appears twice, for too many people, and for a service account that
    /// doesn't exist; [`Error::Suppressed`] for a suppressed address.
    pub async fn admit_people(&self, caller: &Caller, people: &[InviteRow]) -> Result<()> {
        self.require_distinct_people(people)?;
        let known = self.store.address_records(&people.iter().map(|row| &row.identifier).collect::<Vec<_>>()).await?;
        for (row, AddressRecords { identity, suppressed }) in people.iter().zip(known) {
            let is_colleague = identity.is_some_and(|identity| identity.company == caller.company);
            if let Some((outcome, RowReason { detail, .. })) = refusal_of_address(row, is_colleague, suppressed) {
                return Err(refusal(outcome, detail, SignedDuration::ZERO));
            }
        }
        Ok(())
    }

    fn require_distinct_people(&self, people: &[InviteRow]) -> Result<()> {
        let mut seen = HashSet::new();
        if !people.iter().all(|row| seen.insert(&row.identifier)) {
            return Err(Error::invalid("duplicate_user", "An e-mail address is there twice."));
        }
        self.admit_rows(people.len())
    }

    /// Checks that people for a new workspace don't include its creator, the caller, with another role than ADMIN.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the people include the caller with a role other than ADMIN.
    pub async fn admit_founder(&self, caller: &Caller, people: &[InviteRow]) -> Result<()> {
        let own = self.company_access(caller).await?.profile.identifier();
        let demoted = people.iter().any(|row| row.identifier == own && row.role != Role::Admin);
        if demoted { Err(last_admin()) } else { Ok(()) }
    }
}

impl InviteResults {
    /// Checks that every person of the request is now invited or a member.
    ///
    /// # Errors
    /// The reason why the first refused person of the request was refused.
    pub fn require_all(&self) -> Result<()> {
        let Some(row) = self.results.iter().find(|row| !row.is_there()) else { return Ok(()) };
        let detail = row.reason.clone().map_or_else(Default::default, |RowReason { detail, .. }| detail);
        Err(refusal(row.outcome, detail, self.retry_after.unwrap_or_default()))
    }
}

/// The error for a person whose row in the request was refused.
fn refusal(outcome: RowOutcome, detail: Cow<'static, str>, retry_after: SignedDuration) -> Error {
    match outcome {
        RowOutcome::Forbidden => Error::forbidden("forbidden", detail),
        RowOutcome::Limited => Error::TooMany { public: PublicMessage::new("limited", detail), retry_after },
        RowOutcome::Suppressed => Error::Suppressed(PublicMessage::new("suppressed", detail)),
        RowOutcome::Invalid | RowOutcome::Duplicate => Error::invalid("invalid_user", detail),
        _ => Error::Unavailable(crate::InternalContext::new("setting access: a row could not be written")),
    }
}
