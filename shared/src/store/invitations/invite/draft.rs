//! Rows ready to be written, and what they come to.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    domain::{
        BatchId, DeliveryState, GroupPath, GroupPlace, Identifier, MembershipState, Metadata, Person, PersonId,
        PersonName, Random, Role, Scope, Status, UserId,
    },
    store::{idempotency::idempotent_runs::IdempotentRun, invitations::extra::GuestAccount},
};

/// What inviting a row should come to.
#[derive(Debug, Clone)]
pub enum DraftKind {
    /// An invitation to accept.
    Invite,
    /// The same, which somebody mails later.
    InviteLater,
    /// Another mail to somebody who is there, and stays what they are.
    MailAgain,
    /// A member at once, by an account with a temporary password.
    Provide(Box<GuestAccount>),
    /// A member at once: a colleague, who is told by mail, or a service account, which isn't.
    Add {
        /// Whether they are told.
        told: bool,
        /// First name.
        first_name: PersonName,
        /// Last name.
        last_name: Option<PersonName>,
    },
}

/// One row, ready to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its index in the request.
    pub row: usize,
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
    /// What is kept with the record; none leaves what is there.
    pub metadata: Option<Metadata>,
    /// The groups that they come into; each but once.
    pub groups: Vec<GroupPlace>,
    /// The record's public id.
    pub person_id: PersonId,
    /// The user's id.
    pub user: UserId,
    /// The user's integer id.
    pub number: u32,
    /// What it should come to.
    pub kind: DraftKind,
    /// How it may be written.
    pub start: Start,
    /// The batch of its letter, if that is its own.
    pub batch: Option<BatchId>,
    /// Their first name, or their whole one, if the inviter told it.
    pub name: Option<PersonName>,
    /// Their last name, if the inviter told it.
    pub last_name: Option<PersonName>,
    /// Whether the workspace is the only one that they may ever belong to.
    pub exclusive: bool,
    /// Whether they get a mail once they have signed up.
    pub welcomed: bool,
}

impl Draft {
    /// Whether writing it makes a member.
    pub(super) fn joins(&self) -> bool {
        matches!(self.kind, DraftKind::Add { .. } | DraftKind::Provide(_))
    }

    /// Whether it is a service account, which may be deleted meanwhile.
    pub(super) fn is_service_account(&self) -> bool {
        self.identifier.address.is_service_account()
    }

    /// Whether a mail goes out for it.
    pub(in crate::store::invitations) fn is_mailed(&self) -> bool {
        match self.kind {
            DraftKind::Invite | DraftKind::MailAgain => true,
            DraftKind::Add { told, .. } => told,
            DraftKind::InviteLater | DraftKind::Provide(_) => false,
        }
    }

    /// The record of somebody who had none.
    pub fn record(&self, inviting: &Inviting<'_>) -> Person {
        let (first_name, last_name) = match &self.kind {
            DraftKind::Add { first_name, last_name, .. } => (Some(first_name.clone()), last_name.clone()),
            _ => (self.name.clone(), self.last_name.clone()),
        };
        let batch = inviting.batch_of(self);
        Person {
            address: self.identifier.address.clone(),
            user_code: self.identifier.code.clone(),
            unverified: matches!(self.kind, DraftKind::Provide(_)),
            exclusive: self.exclusive,
            welcomed: self.welcomed,
            person_id: self.person_id.clone(),
            user: self.user,
            number: self.number,
            role: self.role,
            status: if self.joins() { Status::Accepted } else { Status::Pending },
            version: 1,
            groups: self.groups.clone(),
            created_at: inviting.now,
            updated_at: inviting.now,
            invited_at: inviting.now,
            expires_at: inviting.expires_at,
            inviter: inviting.inviter,
            batch,
            delivery: self.is_mailed().then_some(DeliveryState::Queued),
            delivery_at: None,
            delivery_detail: None,
            delivery_step: None,
            queued_by: Some(batch),
            first_name,
            last_name,
            answered_by: None,
            metadata: self.metadata.clone(),
            accepted_at: self.joins().then_some(inviting.now),
        }
    }
}

/// How a row may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// As a new version of the record, which counts against what may be invited today.
    New,
    /// Only by bringing the live invitation of this version up to date.
    Amend(u32),
    /// Only by bringing a member into groups.
    Group,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// What it came to.
    pub outcome: Drafted,
    /// Whether there was no record of the person before, so that it is [`Draft::record`].
    pub is_new: bool,
}

impl Settled {
    /// An outcome by a record that was there, or without one.
    pub(super) const fn of(outcome: Drafted) -> Self {
        Self { outcome, is_new: false }
    }
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Drafted {
    /// Invited; a mail is queued.
    Invited,
    /// Was invited within the cooldown; role and message were brought up to date and no mail is queued.
    AlreadyInvited,
    /// A member now.
    Added,
    /// Was a member before, and came into groups.
    Grouped,
    /// Was a member before.
    AlreadyMember,
    /// Is invited to a role above the inviter's own, which stays.
    Forbidden,
    /// Is invited into groups beyond those that the inviter administers.
    Beyond,
    /// The code is used with another address.
    CodeTaken,
    /// A group is deleted.
    GroupGone,
    /// Was to be given a password, and has an account.
    HasAccount,
    /// Was to be mailed again, and isn't there.
    Missing,
    /// Is a service account that was deleted meanwhile.
    AccountGone,
    /// Would have been invited or added, but only an invitation that is there was to be brought up to date.
    Limited,
    /// Not written.
    Failed,
    /// Nobody knows whether it was written.
    Unknown,
}

/// What the rows of a request have in common.
#[derive(Debug)]
pub struct Inviting<'a> {
    /// To what.
    pub of: Scope,
    /// By whom.
    pub inviter: UserId,
    /// The inviter's role.
    pub inviter_role: Role,
    /// The groups that the inviter administers, if that is all their right to invite.
    pub confined_to: Option<&'a [GroupPath]>,
    /// The topmost group, if people are to come into groups.
    pub top: Option<&'a GroupPlace>,
    /// The request.
    pub batch: BatchId,
    /// When.
    pub now: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who was invited more recently than this isn't mailed again.
    pub cooldown: SignedDuration,
    /// When the request began.
    pub begun: Instant,
    /// Ids of audit entries and outbox items.
    pub random: &'a dyn Random,
    /// The run of a named request, which notes what each transaction writes.
    pub run: Option<&'a IdempotentRun>,
}

/// What a row would come to, told by the record that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreseen {
    /// A new version: an invitation, or a member.
    New,
    /// Role and message of the live invitation of this version are brought up to date.
    Amended(u32),
    /// A member comes into groups.
    Grouped,
    /// The record stays as it is, for this reason.
    Unchanged(Drafted),
}

impl Inviting<'_> {
    /// What somebody would come to who has this record and is to come into these groups; a colleague is added. The conditions of
    /// the writes say the same.
    pub fn foresee(&self, colleague: bool, groups: &[GroupPlace], person: Option<&Person>) -> Foreseen {
        let Some(person) = person else { return Foreseen::New };
        match person.standing(self.now) {
            MembershipState::Member if !groups.iter().all(|group| person.is_in(&group.path, false)) => {
                Foreseen::Grouped
            }
            MembershipState::Member => Foreseen::Unchanged(Drafted::AlreadyMember),
            MembershipState::Pending if !self.inviter_role.may_grant(person.role) => {
                Foreseen::Unchanged(Drafted::Forbidden)
            }
            // An invitation that has expired keeps its groups.
            MembershipState::Expired if !person.groups.is_empty() && !self.reaches(person) => {
                Foreseen::Unchanged(Drafted::Beyond)
            }
            MembershipState::Pending if !self.reaches(person) => Foreseen::Unchanged(Drafted::Beyond),
            MembershipState::Pending if !colleague && self.was_mailed(person) => Foreseen::Amended(person.version),
            MembershipState::Pending | MembershipState::Expired | MembershipState::Gone => Foreseen::New,
        }
    }

    /// Whether the inviter may let this person into all groups that they are invited into already.
    fn reaches(&self, person: &Person) -> bool {
        let Some(own) = self.confined_to else { return true };
        let covered = |place: &GroupPlace| own.iter().any(|own| own.covers(&place.path));
        !person.groups.is_empty() && person.groups.iter().all(covered)
    }
}

impl Inviting<'_> {
    /// Whether a mail to them is due or went out a moment ago.
    pub(super) fn was_mailed(&self, person: &Person) -> bool {
        person.delivery.is_some() && self.now.duration_since(person.invited_at) < self.cooldown
    }

    /// Who was invited before this may be mailed again.
    pub(in crate::store::invitations) fn cooled(&self) -> i64 {
        self.now.as_millisecond() - i64::try_from(self.cooldown.as_millis()).unwrap_or(i64::MAX)
    }

    /// The batch of a row's letter.
    pub(in crate::store::invitations) fn batch_of(&self, draft: &Draft) -> BatchId {
        draft.batch.unwrap_or(self.batch)
    }
}
