//! Inviting one person: the decision creates a record, starts a new version of a record, or amends a record.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    BatchId, DeliveryState, GroupPath, GroupRef, Identifier, MailKind, MembershipState, Metadata, Person, PersonId,
    PersonName, RecordStatus, Role, Transition, UserId, UserIds,
};

/// The membership that one row of an inviting request offers to a person.
#[derive(Debug, Clone)]
pub struct InviteOffer {
    /// The identity of the person to invite.
    pub identifier: Identifier,
    /// The public id of the person's record.
    pub person_id: PersonId,
    /// The user id for a new record of the invited person. A colleague and the owner of a guest account have an
    /// account: for them this field holds the account's user id.
    pub user: UserId,
    /// The integer id for a new record of the invited person. A colleague and the owner of a guest account have an
    /// account: for them this field holds the account's integer id.
    pub number: u32,
    /// The role that the person gets.
    pub role: Role,
    /// The groups that the person joins, without duplicates.
    pub groups: Vec<GroupRef>,
    /// The metadata that the inviter's program stores with the record. `None` keeps the metadata of an existing record.
    pub metadata: Option<Metadata>,
    /// The invited person's first name, if the inviter or the person's account gives a first name.
    pub first_name: Option<PersonName>,
    /// The invited person's last name, if the inviter or the person's account gives a last name.
    pub last_name: Option<PersonName>,
    /// Whether the person may never belong to another workspace than the one of the inviting request.
    pub exclusive: bool,
    /// Whether the person gets a welcome mail after signing up.
    pub welcomed: bool,
    /// The way in which the person becomes a member.
    pub entry: Entry,
    /// The batch of the row's mails. The id of a batch identifies the inviting request.
    pub batch: BatchId,
}

/// The way in which an invited person becomes a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The invited person gets an invitation, and becomes a member by accepting the invitation.
    Invitation {
        /// Whether this inviting request mails the invitation. If this request doesn't mail the invitation, a later
        /// request mails it.
        mailed: bool,
    },
    /// The person is invited or a member already. The person keeps the role and the groups, and gets another mail.
    MailAgain,
    /// The person becomes a member at once, with a guest account that has a temporary password.
    GuestAccount,
    /// The person is a user or service account of the company, and becomes a member at once.
    Colleague {
        /// Whether a mail informs the colleague of the new membership.
        mailed: bool,
    },
}

/// The inviter's rights in the workspace or company.
#[derive(Debug, Clone, Copy)]
pub struct InviterRights<'a> {
    /// The inviter's user id.
    pub user: UserId,
    /// The inviter's role.
    pub role: Role,
    /// The groups that the inviter administers, if the inviter may invite people only into these groups. `None` for an
    /// inviter whose role allows inviting people into the whole workspace.
    pub confined_to: Option<&'a [GroupPath]>,
}

/// The data of an inviting request that is the same for all rows: the inviter's rights, the times and the cooldown.
#[derive(Debug, Clone, Copy)]
pub struct InviteTerms<'a> {
    /// The rights of the inviter who sent the request.
    pub rights: InviterRights<'a>,
    /// The topmost group of the workspace. The operation reads the topmost group only if a row of the inviting request
    /// names groups.
    pub top_group: Option<&'a GroupRef>,
    /// The time at which the inviting request is decided.
    pub now: Timestamp,
    /// When the invitations of this request expire.
    pub expires_at: Timestamp,
    /// The minimum time between two mails to the same person.
    pub cooldown: SignedDuration,
}

/// The result of the decision to invite a person: the changed record, the effect and the mail.
#[derive(Debug, Clone)]
pub struct InviteDecision {
    /// The transition of the person's record.
    pub transition: Transition,
    /// The effect that the response tells the inviter.
    pub effect: InviteEffect,
    /// The kind of mail that the store is to queue for the person, if the person is to get a mail.
    pub mail: Option<MailKind>,
}

/// The effect that a row of an inviting request has on the row's person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InviteEffect {
    /// The row's person is invited, and gets a mail if the row asks for a mail.
    Invited,
    /// The service mailed the invited person less than one cooldown ago. The inviting row updates the invitation's role
    /// and message, and the service queues no other mail.
    Amended,
    /// The row's person has become a member.
    Added,
    /// The row's person was a member before the request, and has joined the row's groups.
    AddedToGroups,
}

impl InviteEffect {
    /// Whether the row uses one invitation of the daily quota. A row that amends an invitation or adds a member to
    /// groups uses no invitation of the daily quota.
    pub const fn takes_quota(self) -> bool {
        matches!(self, Self::Invited | Self::Added)
    }
}

/// Why an inviting row changes no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteRefusal {
    /// The service mailed the person less than one cooldown ago.
    AlreadyInvited,
    /// The row's person is a member already, and belongs to all groups of the row.
    AlreadyMember,
    /// The person is invited or a member already, with a role above the inviter's own role.
    RoleAboveOwn,
    /// The person has an invitation already, and the inviter may not change the invitation, because the inviter doesn't
    /// administer every group of the invitation.
    GroupsBeyondOwn,
    /// The row asks for another mail, but the person is neither invited nor a member.
    UnknownPerson,
    /// The row asks for a guest account, but the address has an account already.
    HasAccount,
    /// The service account that the row adds was deleted while the inviting request ran.
    ServiceAccountDeleted,
    /// A group that the row names was deleted while the inviting request ran.
    GroupDeleted,
    /// The row's user code belongs to a person with another address.
    UserCodeTaken,
    /// The daily quota has no invitation left for the row.
    QuotaExhausted,
    /// The store did not write the row's change to the table.
    NotWritten,
    /// The table's replies to the write were lost, so the row's change may or may not have been written.
    MaybeWritten,
}

impl InviteOffer {
    /// An offer that mails an invitation, without groups, metadata, names and options.
    pub fn new(identifier: Identifier, person_id: PersonId, ids: UserIds, role: Role, batch: BatchId) -> Self {
        Self {
            identifier,
            person_id,
            user: ids.id,
            number: ids.number,
            role,
            groups: Vec::new(),
            metadata: None,
            first_name: None,
            last_name: None,
            exclusive: false,
            welcomed: false,
            entry: Entry::Invitation { mailed: true },
            batch,
        }
    }

    const fn joins(&self) -> bool {
        matches!(self.entry, Entry::GuestAccount | Entry::Colleague { .. })
    }

    /// The kind of mail that the person gets when this offer creates a record or starts a new version of a record.
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

    /// The result of the row, if this inviting request was the last to write the person's record and only the table's
    /// reply to the write was lost. The batch in the person's record identifies the inviting request that wrote the
    /// record. The result is `None` for a record that another request wrote last.
    pub fn result_if_written(
        &self,
        record: &Person,
        attempted: InviteEffect,
    ) -> Option<Result<InviteEffect, InviteRefusal>> {
        // Amending an invitation changes the record's `batch` but not the record's `queued_by`: the request that queued
        // the invitation's mail still sends the mail.
        if record.queued_by == Some(self.batch) {
            return Some(Ok(attempted));
        }
        (record.batch == self.batch).then_some(Err(InviteRefusal::AlreadyInvited))
    }
}

impl InviteTerms<'_> {
    /// Whether the inviter has authority over all groups into which the person is already invited.
    fn has_authority_over(&self, person: &Person) -> bool {
        let Some(own) = self.rights.confined_to else { return true };
        let administers = |group: &GroupRef| own.iter().any(|own| own.covers(&group.path));
        !person.groups.is_empty() && person.groups.iter().all(administers)
    }

    /// Whether the person's last mail was queued less than one cooldown ago.
    fn was_mailed_recently(&self, person: &Person) -> bool {
        person.delivery.is_some() && self.now.duration_since(person.invited_at) < self.cooldown
    }

    fn may_change(&self, person: &Person, state: MembershipState) -> Result<(), InviteRefusal> {
        if state == MembershipState::Pending && !self.rights.role.may_grant(person.role) {
            return Err(InviteRefusal::RoleAboveOwn);
        }
        // A new version of an expired invitation keeps the groups of the expired invitation.
        let keeps_groups = state == MembershipState::Pending || !person.groups.is_empty();
        if keeps_groups && !self.has_authority_over(person) { Err(InviteRefusal::GroupsBeyondOwn) } else { Ok(()) }
    }
}

/// Decides what an offer changes for a person with this record, or for a person without a record.
///
/// # Errors
/// An [`InviteRefusal`] if the offer must not change the record.
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
            if state == MembershipState::Pending && !offer.joins() && terms.was_mailed_recently(record) {
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

/// Starts a new version of the person's record. A new version of the record makes every earlier link of the invitation
/// invalid, and uses one invitation of the daily quota.
fn new_version(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> Result<InviteDecision, InviteRefusal> {
    // The new guest account got the user id that the person's record had when the operation first read the record. If
    // the person's record has another user id now, the new guest account doesn't belong to the record.
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
            apply_offer(person, offer);
            person.unverified = offer.entry == Entry::GuestAccount;
            person.exclusive = offer.exclusive;
            person.welcomed = offer.welcomed;
        }
        apply_identity(person, offer);
    });
    Ok(InviteDecision { transition, effect: offer.effect(), mail: offer.mail() })
}

/// Copies the offer's role to the person's record, and the offer's metadata if the offer has metadata. Adds the offer's
/// groups to the record's groups.
fn apply_offer(person: &mut Person, offer: &InviteOffer) {
    person.role = offer.role;
    if offer.metadata.is_some() {
        person.metadata.clone_from(&offer.metadata);
    }
    add_groups(person, &offer.groups);
}

fn add_groups<'a>(person: &mut Person, groups: impl IntoIterator<Item = &'a GroupRef>) {
    for group in groups {
        if !person.groups.contains(group) {
            person.groups.push(group.clone());
        }
    }
}

/// Copies the names, the user code and the ids from the offer to the person's record. An invited person keeps the user
/// id that the record got first: the user id of an account in another company would reveal that account.
fn apply_identity(person: &mut Person, offer: &InviteOffer) {
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

/// Updates a pending invitation without a new version: the invitation's link stays valid, and no other mail is queued.
fn amend(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> InviteDecision {
    let transition = Transition::change(record, |person| {
        person.batch = offer.batch;
        person.inviter = terms.rights.user;
        person.updated_at = terms.now;
        if offer.entry != Entry::MailAgain {
            apply_offer(person, offer);
        }
    });
    InviteDecision { transition, effect: InviteEffect::Amended, mail: None }
}

/// Adds a member to groups. A member whose record names no groups belongs to the topmost group, and stays in the
/// topmost group.
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

/// Queues another mail to a member. A member whose address is unverified gets a new link, and verifies the address by
/// opening the link. Every other member gets the mail that says that the person is a member.
fn mail_member(offer: &InviteOffer, record: &Person, terms: &InviteTerms<'_>) -> Result<InviteDecision, InviteRefusal> {
    if terms.was_mailed_recently(record) {
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
