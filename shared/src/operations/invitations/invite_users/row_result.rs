//! The result of one row of an inviting request.

use crate::domain::{InviteEffect, InviteRefusal, Outcome, Person, PersonId, Reason};

/// The code of a row that may have been written: every reply was lost.
const MAYBE_WRITTEN: &str = "maybe_written";

/// Why no more people can be invited today.
pub(super) const LIMITED: &str = "As many people were invited today as may be.";

/// The result of a row.
#[derive(Debug, Clone)]
pub struct RowResult {
    /// What it came to.
    pub outcome: Outcome,
    /// The invitation's id, where there is one.
    pub invitation: Option<PersonId>,
    /// Why, if there is more to say.
    pub reason: Option<Reason>,
    /// The record as it is now of whoever is invited or a member, if the request asked for it.
    pub record: Option<Box<Person>>,
}

impl RowResult {
    /// What a row came to, without its record.
    pub(super) const fn new(outcome: Outcome, invitation: Option<PersonId>, reason: Option<Reason>) -> Self {
        Self { outcome, invitation, reason, record: None }
    }

    pub(super) fn refused(outcome: Outcome, reason: Reason) -> Self {
        Self::new(outcome, None, Some(reason))
    }

    /// Whether they are invited or a member now, or were before.
    pub fn is_there(&self) -> bool {
        self.outcome.succeeded() || self.outcome == Outcome::AlreadyMember
    }

    /// Whether the request brought them in.
    pub fn is_new(&self) -> bool {
        matches!(self.outcome, Outcome::Invited | Outcome::Added)
    }

    /// Whether they had an account that the caller may know of, by the record.
    pub fn had_account(&self) -> bool {
        let member = matches!(self.outcome, Outcome::Added | Outcome::AlreadyMember);
        member && self.record.as_ref().is_some_and(|record| !record.unverified)
    }

    /// Whether the request queued a mail to them, by the record: whoever only came into another group gets none.
    pub fn is_mailed(&self) -> bool {
        let mailed = self.record.as_ref().is_some_and(|record| record.delivery.is_some());
        self.is_new() && self.reason.is_none() && mailed
    }

    /// The result of a row that was written.
    pub(super) fn of_effect(effect: InviteEffect, id: PersonId) -> Self {
        let (outcome, reason) = match effect {
            InviteEffect::Invited => (Outcome::Invited, None),
            InviteEffect::Added => (Outcome::Added, None),
            InviteEffect::Amended => (Outcome::AlreadyInvited, Some(already_invited())),
            InviteEffect::AddedToGroups => {
                let detail = "Was a member before, and is in these groups too.";
                (Outcome::Added, Some(Reason::new("added_to_groups", detail)))
            }
        };
        Self::new(outcome, Some(id), reason)
    }

    /// The result of a row that changed nothing.
    pub(super) fn of_refusal(refusal: InviteRefusal, id: PersonId) -> Self {
        let (outcome, code, detail) = match refusal {
            InviteRefusal::AlreadyInvited => {
                return Self::new(Outcome::AlreadyInvited, Some(id), Some(already_invited()));
            }
            InviteRefusal::AlreadyMember => {
                (Outcome::AlreadyMember, "already_member", "This user already has access to the workspace.")
            }
            InviteRefusal::RoleAboveOwn => {
                (Outcome::Forbidden, "invited_above", "Is invited to a role above your own.")
            }
            InviteRefusal::GroupsBeyondOwn => {
                (Outcome::Forbidden, "invited_beyond", "Is invited into groups that you don't administer.")
            }
            InviteRefusal::UnknownPerson => {
                (Outcome::Invalid, "unknown_person", "There is no such person in the workspace.")
            }
            InviteRefusal::HasAccount => {
                (Outcome::Invalid, "has_account", "A password is given only to an address without an account.")
            }
            InviteRefusal::MaybeWritten => {
                (Outcome::Failed, MAYBE_WRITTEN, "Nobody knows whether this row was written. Send it again.")
            }
            InviteRefusal::ServiceAccountDeleted => return Self::refused(Outcome::Invalid, unknown_account()),
            InviteRefusal::GroupDeleted => return Self::refused(Outcome::Invalid, unknown_group()),
            InviteRefusal::UserCodeTaken => return Self::refused(Outcome::Invalid, code_taken()),
            InviteRefusal::QuotaExhausted => return Self::limited(),
            InviteRefusal::NotWritten => return Self::failed(),
        };
        Self::refused(outcome, Reason::new(code, detail))
    }

    /// Whether it counts as one of the day's, or may. A member who came into groups doesn't, and has a reason.
    pub(super) fn counts(&self) -> bool {
        self.is_new() && self.reason.is_none() || self.is_unsure()
    }

    /// Whether nobody knows if it was written.
    pub(super) fn is_unsure(&self) -> bool {
        self.outcome == Outcome::Failed && self.reason.as_ref().is_some_and(|reason| reason.code == MAYBE_WRITTEN)
    }

    /// A row beyond what may be invited today.
    pub(super) fn limited() -> Self {
        Self::refused(Outcome::Limited, Reason::new("limited", LIMITED))
    }

    /// A row that wasn't written.
    pub(super) fn failed() -> Self {
        Self::refused(Outcome::Failed, Reason::new("not_written", "This row wasn't written. Send it again."))
    }
}

fn already_invited() -> Reason {
    Reason::new("already_invited", "Was invited a moment ago; no other mail is sent.")
}

/// Codes are unique in the deployment.
pub(super) fn code_taken() -> Reason {
    Reason::new("code_taken", "This code belongs to somebody else.")
}

pub(super) fn unknown_group() -> Reason {
    Reason::new("unknown_group", "There is no such group in the workspace.")
}

pub(super) fn unknown_account() -> Reason {
    Reason::new("unknown_account", "This service account doesn't exist in the company.")
}
