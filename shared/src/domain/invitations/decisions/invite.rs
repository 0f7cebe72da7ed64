//! Inviting one person: a new record, a new version of the record, or a small change of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    BatchId, DeliveryState, GroupPath, GroupPlace, Identifier, MailKind, MembershipState, Metadata, Person, PersonId,
    PersonName, RecordStatus, Role, Transition, UserId,
};

/// What one row of an inviting request offers a person.
#[derive(Debug, Clone)]
pub struct InviteOffer {
    /// Who is invited.
    pub identifier: Identifier,
    /// The public id of the person's record.
    pub person_id: PersonId,
    /// The user id that a new record gets; a colleague's or guest's own.
    pub user: UserId,
    /// The integer id that a new record gets; a colleague's or guest's own.
    pub number: u32,
    /// The role to give.
    pub role: Role,
    /// The groups that the person is to be in, each once.
    pub groups: Vec<GroupPlace>,
    /// What the inviter's program keeps with the record; `None` leaves what the record has.
    pub metadata: Option<Metadata>,
    /// First name, if the inviter or the person's account gives one.
    pub first_name: Option<PersonName>,
    /// Last name, if the inviter or the person's account gives one.
    pub last_name: Option<PersonName>,
    /// Whether the workspace is the only one that the person may ever belong to.
    pub exclusive: bool,
    /// Whether the person gets a mail after they signed up.
    pub welcomed: bool,
    /// How the person gets in.
    pub entry: Entry,
    /// What the mails of the row have in common.
    pub batch: BatchId,
}

/// How an invited person gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// By an invitation to accept.
    Invitation {
        /// Whether the invitation is mailed with this request; otherwise a later request mails it.
        mailed: bool,
    },
    /// By another mail: the person is invited or a member already, and keeps role and groups.
    MailAgain,
    /// At once, with a guest account that has a temporary password.
    GuestAccount,
    /// At once: a user or service account of the company.
    Colleague {
        /// Whether a mail says so.
        mailed: bool,
    },
}

/// The inviter's rights in the workspace or company.
#[derive(Debug, Clone, Copy)]
pub struct InviterRights<'a> {
    /// The inviter.
    pub user: UserId,
    /// The inviter's role.
    pub role: Role,
    /// The groups that the inviter administers, if these are all that lets them invite.
    pub confined_to: Option<&'a [GroupPath]>,
}

/// What all rows of an inviting request share.
#[derive(Debug, Clone, Copy)]
pub struct InviteTerms<'a> {
    /// The inviter's rights.
    pub rights: InviterRights<'a>,
    /// The topmost group of the workspace, if rows name groups.
    pub top_group: Option<&'a GroupPlace>,
    /// The current time.
    pub now: Timestamp,
    /// When the invitations expire.
    pub expires_at: Timestamp,
    /// A person who was mailed within this time is not mailed again.
    pub cooldown: SignedDuration,
}

/// What inviting a person does.
#[derive(Debug, Clone)]
pub struct InviteDecision {
    /// The change of the person's record.
    pub transition: Transition,
    /// What the change means to the inviter.
    pub effect: InviteEffect,
    /// The mail to queue, if one is due.
    pub mail: Option<MailKind>,
}

/// What an inviting row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InviteEffect {
    /// The person is invited, and mailed if the row asks for a mail.
    Invited,
    /// The person was invited within the cooldown: role and message are brought up to date, and no mail is queued.
    Amended,
    /// The person is a member now.
    Added,
    /// The person was a member before, and is in the groups now.
    AddedToGroups,
}

impl InviteEffect {
    /// Whether it counts against what may be invited in a day. A change of an invitation or member does not.
    pub const fn takes_quota(self) -> bool {
        matches!(self, Self::Invited | Self::Added)
    }
}

/// Why an inviting row changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteRefusal {
    /// The person was mailed within the cooldown.
    AlreadyInvited,
    /// The person is a member.
    AlreadyMember,
    /// The person is invited to a role above the inviter's own, which stays.
    RoleAboveOwn,
    /// The person is invited into groups beyond those that the inviter administers.
    GroupsBeyondOwn,
    /// The person was to be mailed again, and is neither invited nor a member.
    UnknownPerson,
    /// The person was to get a guest account, and the address has an account.
    HasAccount,
    /// The service account was deleted meanwhile.
    ServiceAccountDeleted,
    /// A group was deleted meanwhile.
    GroupDeleted,
    /// The user code belongs to another address.
    UserCodeTaken,
    /// No more people may be invited today.
    QuotaExhausted,
    /// The row was not written.
    NotWritten,
    /// The row may have been written: every reply was lost.
    MaybeWritten,
}

impl InviteOffer {
    const fn joins(&self) -> bool {
        matches!(self.entry, Entry::GuestAccount | Entry::Colleague { .. })
    }

    /// The mail of a new record or version.
    const fn mail(&self) -> Option<MailKind> {
        match self.entry {
            Entry::Invitation { mailed: true } | Entry::MailAgain => Some(MailKind::Invitation),
            Entry::Colleague { mailed: true } => Some(MailKind::Added),
            Entry::Invitation { mailed: false } | Entry::Colleague { mailed: false } | Entry::GuestAccount => None,
        }
    }

    const fn effect(&self) -> InviteEffect {
        if self.joins() { InviteEffect::Added } else { InviteEffect::Invited }
    }

    /// What this request did to a record that carries the request's mark: the record was written, and only the reply
    /// was lost. `None` for a record that another request wrote last.
    pub fn own_work(&self, record: &Person, attempted: InviteEffect) -> Option<Result<InviteEffect, InviteRefusal>> {
        // An invitation that was brought up to date is still to be mailed for the request that made it.
        if record.queued_by == Some(self.batch) {
            return Some(Ok(attempted));
        }
        (record.batch == self.batch).then_some(Err(InviteRefusal::AlreadyInvited))
    }
}

impl InviteTerms<'_> {
    /// Whether the inviter may let people into all groups that this person is invited into already.
    fn reaches(&self, person: &Person) -> bool {
        let Some(own) = self.rights.confined_to else { return true };
        let covered = |place: &GroupPlace| own.iter().any(|own| own.covers(&place.path));
        !person.groups.is_empty() && person.groups.iter().all(covered)
    }

    /// Whether a mail to the person is due, or went out within the cooldown.
    fn was_mailed(&self, person: &Person) -> bool {
        person.delivery.is_some() && self.now.duration_since(person.invited_at) < self.cooldown
    }

    fn may_change(&self, person: &Person, state: MembershipState) -> Result<(), InviteRefusal> {
        if state == MembershipState::Pending && !self.rights.role.may_grant(person.role) {
            return Err(InviteRefusal::RoleAboveOwn);
        }
        // An invitation that has expired keeps its groups.
        let keeps_groups = state == MembershipState::Pending || !person.groups.is_empty();
        if keeps_groups && !self.reaches(person) { Err(InviteRefusal::GroupsBeyondOwn) } else { Ok(()) }
    }
}

/// Decides what an offer does to a person who has this record, or none.
///
/// # Errors
/// The refusal, if the record stays as it is.
pub fn invite(
    offer: &InviteOffer,
    record: Option<&Person>,
    terms: &InviteTerms<'_>,
) -> Result<InviteDecision, InviteRefusal> {
    let Some(record) = record else {
        if offer.entry == Entry::MailAgain {
            return Err(InviteRefusal::UnknownPerson);
        }
        let transition = Transition::create(new_record(offer, terms));
        return Ok(InviteDecision { transition, effect: offer.effect(), mail: offer.mail() });
    };
    let state = record.state(terms.now);
    match state {
        MembershipState::Member if offer.entry == Entry::MailAgain => mail_member(offer, record, terms),
        MembershipState::Member => add_to_groups(offer, record, terms),
        MembershipState::Gone if offer.entry == Entry::MailAgain => Err(InviteRefusal::UnknownPerson),
        MembershipState::Gone => new_version(offer, record, terms),
        MembershipState::Pending | MembershipState::Expired => {
            terms.may_change(record, state)?;
            if state == MembershipState::Pending && !offer.joins() && terms.was_mailed(record) {
                return Ok(amend(offer, record, terms));
            }
            new_version(offer, record, terms)
        }
    }
}

fn new_record(offer: &InviteOffer, terms: &InviteTerms<'_>) -> Person {
    Person {
        address: offer.identifier.address.clone(),
        user_code: offer.identifier.code.clone(),
        unverified: offer.entry == Entry::GuestAccount,
        exclusive: offer.exclusive,
        welcomed: offer.welcomed,
        person_id: offer.person_id.clone(),
        user: offer.user,
        number: offer.number,
        role: offer.role,
        status: if offer.joins() { RecordStatus::Accepted } else { RecordStatus::Pending },
        revision: 1,
        version: 1,
        groups: offer.groups.clone(),
        created_at: terms.now,
        updated_at: terms.now,
        invited_at: terms.now,
        expires_at: terms.expires_at,
        inviter: terms.rights.user,
        batch: offer.batch,
        delivery: offer.mail().map(|_| DeliveryState::Queued),
        delivery_at: None,
        delivery_detail: None,
        delivery_step: None,
        queued_by: Some(offer.batch),
        first_name: offer.first_name.clone(),
        last_name: offer.last_name.clone(),
        answered_by: None,
        metadata: offer.metadata.clone(),
        accepted_at: offer.joins().then_some(terms.now),
    }
}

/// A new version: every earlier link is dead. It counts against what may be invited in a day.
fn new_version(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> Result<InviteDecision, InviteRefusal> {
    // The guest account has the user id of the record as it was read before the account was made.
    if offer.entry == Entry::GuestAccount && record.user != offer.user {
        return Err(InviteRefusal::NotWritten);
    }
    let transition = Transition::change(record, |person| {
        person.address = offer.identifier.address.clone();
        person.status = if offer.joins() { RecordStatus::Accepted } else { RecordStatus::Pending };
        person.version += 1;
        person.updated_at = terms.now;
        person.invited_at = terms.now;
        person.expires_at = terms.expires_at;
        person.inviter = terms.rights.user;
        person.batch = offer.batch;
        person.queued_by = Some(offer.batch);
        person.delivery = offer.mail().map(|_| DeliveryState::Queued);
        (person.delivery_at, person.delivery_detail, person.answered_by) = (None, None, None);
        person.accepted_at = offer.joins().then_some(terms.now);
        if offer.entry != Entry::MailAgain {
            take_terms(person, offer);
            person.unverified = offer.entry == Entry::GuestAccount;
            person.exclusive = offer.exclusive;
            person.welcomed = offer.welcomed;
        }
        take_identity(person, offer);
    });
    Ok(InviteDecision { transition, effect: offer.effect(), mail: offer.mail() })
}

/// The role, and the metadata and groups if the offer has any. Groups are added to those that the record has.
fn take_terms(person: &mut Person, offer: &InviteOffer) {
    person.role = offer.role;
    if offer.metadata.is_some() {
        person.metadata.clone_from(&offer.metadata);
    }
    add_groups(person, &offer.groups);
}

fn add_groups<'a>(person: &mut Person, groups: impl IntoIterator<Item = &'a GroupPlace>) {
    for group in groups {
        if !person.groups.contains(group) {
            person.groups.push(group.clone());
        }
    }
}

/// Names, user code and ids. An invited person keeps the id that the record got first: the id of an account elsewhere
/// would reveal that account.
fn take_identity(person: &mut Person, offer: &InviteOffer) {
    if offer.identifier.code.is_some() {
        person.user_code.clone_from(&offer.identifier.code);
    }
    match offer.entry {
        Entry::Colleague { .. } => {
            (person.user, person.number) = (offer.user, offer.number);
            person.first_name.clone_from(&offer.first_name);
            person.last_name.clone_from(&offer.last_name);
        }
        Entry::GuestAccount | Entry::Invitation { .. } | Entry::MailAgain => {
            if offer.entry == Entry::GuestAccount {
                person.number = offer.number;
            }
            if offer.first_name.is_some() {
                person.first_name.clone_from(&offer.first_name);
            }
            if offer.last_name.is_some() {
                person.last_name.clone_from(&offer.last_name);
            }
        }
    }
}

/// Brings a live invitation up to date: its link and its mail stay.
fn amend(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> InviteDecision {
    let transition = Transition::change(record, |person| {
        person.batch = offer.batch;
        person.inviter = terms.rights.user;
        person.updated_at = terms.now;
        if offer.entry != Entry::MailAgain {
            take_terms(person, offer);
        }
    });
    InviteDecision { transition, effect: InviteEffect::Amended, mail: None }
}

/// Brings a member into groups. A member who is in no group is in the topmost one, and stays in it.
fn add_to_groups(
    offer: &InviteOffer,
    record: &Person,
    terms: &InviteTerms<'_>,
) -> Result<InviteDecision, InviteRefusal> {
    if offer.groups.iter().all(|group| record.is_in(&group.path, false)) {
        return Err(InviteRefusal::AlreadyMember);
    }
    let transition = Transition::change(record, |person| {
        let top = terms.top_group.filter(|_| person.groups.is_empty());
        add_groups(person, offer.groups.iter().chain(top));
        person.updated_at = terms.now;
    });
    Ok(InviteDecision { transition, effect: InviteEffect::AddedToGroups, mail: None })
}

/// Mails a member again: a member whose address is not verified gets a new link to verify it, every other member the
/// news of being one.
fn mail_member(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> Result<InviteDecision, InviteRefusal> {
    if terms.was_mailed(record) {
        return Err(InviteRefusal::AlreadyInvited);
    }
    if !terms.rights.role.may_grant(record.role) {
        return Err(InviteRefusal::RoleAboveOwn);
    }
    let transition = Transition::change(record, |person| {
        if person.unverified {
            person.version += 1;
            person.expires_at = terms.expires_at;
            person.inviter = terms.rights.user;
        } else {
            person.updated_at = terms.now;
        }
        person.invited_at = terms.now;
        person.batch = offer.batch;
        person.queued_by = Some(offer.batch);
        person.delivery = Some(DeliveryState::Queued);
        (person.delivery_at, person.delivery_detail) = (None, None);
    });
    let mail = if record.unverified { MailKind::Invitation } else { MailKind::Added };
    Ok(InviteDecision { transition, effect: InviteEffect::Invited, mail: Some(mail) })
}
