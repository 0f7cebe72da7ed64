//! The result of one row of an inviting request.

use crate::domain::{InviteEffect, InviteRefusal, Person, PersonId, RowOutcome, RowReason};

/// The reason code of a row that may have been written, because the store's replies to the row's writes were lost.
const MAYBE_WRITTEN: &str = "maybe_written";

/// The reason for the outcome of a row that the daily quota doesn't cover.
pub(super) const LIMITED: &str = "As many people were invited today as may be.";

/// The result of one row of an inviting request.
#[derive(Debug, Clone)]
pub struct RowResult {
    /// The outcome of the row, for example `Invited` or `Added`.
    pub outcome: RowOutcome,
    /// The public id of the person's record, if the person is invited or a member.
    pub invitation: Option<PersonId>,
    /// The reason for the row's outcome. The reason is `None` for a row whose person was simply invited or added.
    pub reason: Option<RowReason>,
    /// The person's record after the request, if the person is invited or a member and the request asked for records.
    pub record: Option<Box<Person>>,
}

impl RowResult {
    /// The result of a row, without the record of the row's person.
    pub(super) const fn new(outcome: RowOutcome, invitation: Option<PersonId>, reason: Option<RowReason>) -> Self {
        Self { outcome, invitation, reason, record: None }
    }

    /// The result of a row that was refused for the reason `reason`.
    pub(super) fn refused(outcome: RowOutcome, reason: RowReason) -> Self {
        Self::new(outcome, None, Some(reason))
    }

    /// Whether the person is invited or a member after the request, because of this request or because of an earlier
    /// request.
    pub fn is_there(&self) -> bool {
        self.outcome.succeeded() || self.outcome == RowOutcome::AlreadyMember
    }

    /// Whether this request invited or added the person.
    pub fn is_new(&self) -> bool {
        matches!(self.outcome, RowOutcome::Invited | RowOutcome::Added)
    }

    /// Whether the person has an account whose existence the caller may learn. The answer is only known if the result
    /// contains the person's record.
    pub fn had_account(&self) -> bool {
        let member = matches!(self.outcome, RowOutcome::Added | RowOutcome::AlreadyMember);
        member && self.record.as_ref().is_some_and(|record| !record.unverified)
    }

    /// Whether this request queued a mail to the person. The answer is only known if the result contains the person's
    /// record. A member who only joined another group gets no mail.
    pub fn is_mailed(&self) -> bool {
        let mailed = self.record.as_ref().is_some_and(|record| record.delivery.is_some());
        self.is_new() && self.reason.is_none() && mailed
    }

    /// The result of a row whose change was written to the table.
    pub(super) fn of_effect(effect: InviteEffect, id: PersonId) -> Self {
        let (outcome, reason) = match effect {
            InviteEffect::Invited => (RowOutcome::Invited, None),
            InviteEffect::Added => (RowOutcome::Added, None),
            InviteEffect::Amended => (RowOutcome::AlreadyInvited, Some(already_invited())),
            InviteEffect::AddedToGroups => {
                let detail = "Was a member before, and is in these groups too.";
                (RowOutcome::Added, Some(RowReason::new("added_to_groups", detail)))
            }
        };
        Self::new(outcome, Some(id), reason)
    }

    /// The result of a row that was refused when the service decided about the row or wrote the row.
    pub(super) fn of_refusal(refusal: InviteRefusal, id: PersonId) -> Self {
        let (outcome, code, detail) = match refusal {
            InviteRefusal::AlreadyInvited => {
                return Self::new(RowOutcome::AlreadyInvited, Some(id), Some(already_invited()));
            }
            InviteRefusal::AlreadyMember => {
                (RowOutcome::AlreadyMember, "already_member", "This user already has access to the workspace.")
            }
            InviteRefusal::RoleAboveOwn => {
                (RowOutcome::Forbidden, "invited_above", "Is invited to a role above your own.")
            }
            InviteRefusal::GroupsBeyondOwn => {
                (RowOutcome::Forbidden, "invited_beyond", "Is invited into groups that you don't administer.")
            }
            InviteRefusal::UnknownPerson => {
                (RowOutcome::Invalid, "unknown_person", "There is no such person in the workspace.")
            }
            InviteRefusal::HasAccount => {
                (RowOutcome::Invalid, "has_account", "A password is given only to an address without an account.")
            }
            InviteRefusal::MaybeWritten => {
                (RowOutcome::Failed, MAYBE_WRITTEN, "Nobody knows whether this row was written. Send it again.")
            }
            InviteRefusal::ServiceAccountDeleted => return Self::refused(RowOutcome::Invalid, unknown_account()),
            InviteRefusal::GroupDeleted => return Self::refused(RowOutcome::Invalid, unknown_group()),
            InviteRefusal::UserCodeTaken => return Self::refused(RowOutcome::Invalid, code_taken()),
            InviteRefusal::QuotaExhausted => return Self::limited(),
            InviteRefusal::NotWritten => return Self::failed(),
        };
        Self::refused(outcome, RowReason::new(code, detail))
    }

    /// Whether the row used, or may have used, one invitation of the daily quota. The row of a member who only joined
    /// groups has the outcome `Added` too, but such a row also has a reason, and used no invitation of the daily quota.
    pub(super) fn uses_quota(&self) -> bool {
        self.is_new() && self.reason.is_none() || self.is_maybe_written()
    }

    /// Whether the row may have been written, because the store's replies to the row's writes were lost.
    pub(super) fn is_maybe_written(&self) -> bool {
        self.outcome == RowOutcome::Failed && self.reason.as_ref().is_some_and(|reason| reason.code == MAYBE_WRITTEN)
    }

    /// The result of a row that the daily quota doesn't cover.
    pub(super) fn limited() -> Self {
        Self::refused(RowOutcome::Limited, RowReason::new("limited", LIMITED))
    }

    /// The result of a row whose change was not written to the table.
    pub(super) fn failed() -> Self {
        Self::refused(RowOutcome::Failed, RowReason::new("not_written", "This row wasn't written. Send it again."))
    }
}

/// The reason for the outcome of a row whose person was mailed within the cooldown.
fn already_invited() -> RowReason {
    RowReason::new("already_invited", "Was invited a moment ago; no other mail is sent.")
}

/// The reason for the outcome of a row whose user code belongs to another person. User codes are unique in the
/// deployment.
pub(super) fn code_taken() -> RowReason {
    RowReason::new("code_taken", "This code belongs to somebody else.")
}

/// The reason for the outcome of a row that names a group that doesn't exist in the workspace.
pub(super) fn unknown_group() -> RowReason {
    RowReason::new("unknown_group", "There is no such group in the workspace.")
}

/// The reason for the outcome of a row that names a service account that doesn't exist in the company.
pub(super) fn unknown_account() -> RowReason {
    RowReason::new("unknown_account", "This service account doesn't exist in the company.")
}
