//! A request's rows, judged one by one.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;

use crate::{
    Error, Public, Result,
    domain::{
        Identifier, Identity, InviteEffect, InviteRefusal, Outcome, Person, PersonId, Reason, Role, Scope, Suppression,
    },
    operations::invitations::invite_users::{
        InviteRow, RejectWhole, invitation_target::InvitationTarget, write_rows::count,
    },
    store::Known,
};

/// Codes are unique in the deployment.
fn code_taken() -> Reason {
    Reason::new("code_taken", "This code belongs to somebody else.")
}

fn unknown_group() -> Reason {
    Reason::new("unknown_group", "There is no such group in the workspace.")
}

/// The code of a row that may have been written: every reply was lost.
const MAYBE_WRITTEN: &str = "maybe_written";

fn already_invited() -> Reason {
    Reason::new("already_invited", "Was invited a moment ago; no other mail is sent.")
}

/// Why no more people can be invited today.
const LIMITED: &str = "As many people were invited today as may be.";

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

    fn refused(outcome: Outcome, reason: Reason) -> Self {
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
    fn limited() -> Self {
        Self::refused(Outcome::Limited, Reason::new("limited", LIMITED))
    }

    /// A row that wasn't written.
    pub(super) fn failed() -> Self {
        Self::refused(Outcome::Failed, Reason::new("not_written", "This row wasn't written. Send it again."))
    }
}

/// Why somebody can't be invited anywhere, by what is known of them.
pub(in crate::operations) fn unfit(
    invitee: &InviteRow,
    colleague: bool,
    suppressed: Option<Suppression>,
) -> Option<(Outcome, Reason)> {
    if colleague {
        return None;
    }
    if invitee.identifier.address.is_service_account() {
        return Some((Outcome::Invalid, unknown_account()));
    }
    suppressed.map(|suppression| (Outcome::Suppressed, Reason::new("suppressed", suppression.sentence())))
}

fn unknown_account() -> Reason {
    Reason::new("unknown_account", "This service account doesn't exist in the company.")
}

/// A reason with the address that it is about.
fn named(identifier: &Identifier, reason: &Reason) -> String {
    format!("'{}': {}", identifier.address.as_typed(), reason.detail)
}

/// A row that may be written, and the account of a colleague.
pub(super) struct ValidRow {
    pub(super) index: usize,
    pub(super) invitee: InviteRow,
    pub(super) colleague: Option<Identity>,
}

/// The request's rows: results where they are known, and what is still open.
pub(super) struct Rows {
    pub(super) results: Vec<Option<RowResult>>,
    unwritten: Vec<(usize, InviteRow)>,
    refused_by: RejectWhole,
}

impl Rows {
    /// Judges what can be judged without reading.
    pub(super) fn check(
        rows: Vec<std::result::Result<InviteRow, Reason>>,
        role: Role,
        refused_by: RejectWhole,
    ) -> Result<Self> {
        let mut seen = HashSet::with_capacity(rows.len());
        let mut codes = HashSet::new();
        let mut checked =
            Self { results: vec![None; rows.len()], unwritten: Vec::with_capacity(rows.len()), refused_by };
        for (index, row) in rows.into_iter().enumerate() {
            match row {
                Err(reason) => checked.refuse(index, None, Outcome::Invalid, reason)?,
                Ok(InviteRow { identifier, .. }) if !seen.insert(identifier.clone()) => {
                    let reason = Reason::new("duplicate", "An earlier row has the same address.");
                    checked.refuse(index, Some(&identifier), Outcome::Duplicate, reason)?;
                }
                // Whoever is named first by a code has it.
                Ok(InviteRow { identifier, .. }) if identifier.code.clone().is_some_and(|code| !codes.insert(code)) => {
                    checked.refuse(index, Some(&identifier), Outcome::Invalid, code_taken())?;
                }
                Ok(InviteRow { identifier, role: asked, .. }) if !role.may_grant(asked) => {
                    let reason = Reason::new("role_above", "This role is above your own.");
                    checked.refuse(index, Some(&identifier), Outcome::Forbidden, reason)?;
                }
                Ok(invitee) => checked.unwritten.push((index, invitee)),
            }
        }
        Ok(checked)
    }

    /// Judges the open rows by the groups they name. A row that names none needs the right to invite; one that does, authority
    /// over each of them.
    pub(super) fn check_groups(&mut self, target: &InvitationTarget) -> Result<()> {
        for (index, invitee) in std::mem::take(&mut self.unwritten) {
            let refusal = match target.authority(&invitee.groups) {
                None => Some((Outcome::Invalid, unknown_group())),
                Some(true) => None,
                Some(false) => {
                    let detail = "Only an administrator of the workspace or group may do this.";
                    Some((Outcome::Forbidden, Reason::new("group_admin_required", detail)))
                }
            };
            match refusal {
                None => self.unwritten.push((index, invitee)),
                Some((outcome, reason)) => self.refuse(index, Some(&invitee.identifier), outcome, reason)?,
            }
        }
        Ok(())
    }

    /// Gives the rows that an earlier run of the request wrote their results.
    pub(super) fn restore_written(&mut self, written: &BTreeMap<usize, InviteEffect>, target: &InvitationTarget) {
        for (index, invitee) in std::mem::take(&mut self.unwritten) {
            match written.get(&index) {
                Some(effect) => self.results[index] = Some(RowResult::of_effect(*effect, target.person_id(&invitee))),
                None => self.unwritten.push((index, invitee)),
            }
        }
    }

    /// How many were invited or added so far, or may have been.
    pub(super) fn made(&self) -> u32 {
        count(self.results.iter().flatten().filter(|row| row.counts()).count())
    }

    /// Who the open rows are about.
    pub(super) fn identifiers(&self) -> Vec<&Identifier> {
        self.unwritten.iter().map(|(_, invitee)| &invitee.identifier).collect()
    }

    /// Judges the open rows by what is known of them; what is left may be written. A colleague needs no mail to be added.
    pub(super) fn check_addresses(
        &mut self,
        addresses: Vec<Known>,
        target: &InvitationTarget,
    ) -> Result<Vec<ValidRow>> {
        let mut valid = Vec::with_capacity(self.unwritten.len());
        for ((index, invitee), Known { identity, suppressed }) in
            std::mem::take(&mut self.unwritten).into_iter().zip(addresses)
        {
            let colleague = identity.filter(|identity| identity.company == target.company.id);
            if colleague.is_some() && matches!(target.of, Scope::Company(_)) {
                let reason = Reason::new("already_member", "This user is in the company already.");
                self.results[index] = Some(RowResult::refused(Outcome::AlreadyMember, reason));
                continue;
            }
            match unfit(&invitee, colleague.is_some(), suppressed) {
                None => valid.push(ValidRow { index, invitee, colleague }),
                Some((Outcome::Suppressed, reason)) if self.refused_by == RejectWhole::AnyRow => {
                    let named = named(&invitee.identifier, &reason);
                    return Err(Error::Suppressed(Public::new("suppressed", named)));
                }
                Some((Outcome::Suppressed, reason)) => {
                    self.results[index] = Some(RowResult::refused(Outcome::Suppressed, reason));
                }
                Some((outcome, reason)) => self.refuse(index, Some(&invitee.identifier), outcome, reason)?,
            }
        }
        Ok(valid)
    }

    /// A bad row. If it refuses the request the sentence names the address.
    fn refuse(
        &mut self,
        index: usize,
        identifier: Option<&Identifier>,
        outcome: Outcome,
        reason: Reason,
    ) -> Result<()> {
        if self.refused_by != RejectWhole::Nothing {
            let named = identifier.map_or(reason.detail.clone(), |identifier| named(identifier, &reason).into());
            return Err(Error::invalid("invalid_user", named));
        }
        self.results[index] = Some(RowResult::refused(outcome, reason));
        Ok(())
    }

    /// As [`Rows::refuse`], of a row that was open.
    pub(super) fn refuse_row(&mut self, row: &ValidRow, outcome: Outcome, reason: Reason) -> Result<()> {
        self.refuse(row.index, Some(&row.invitee.identifier), outcome, reason)
    }

    /// A row beyond what may be invited today.
    pub(super) fn limit(&mut self, index: usize, retry_after: SignedDuration) -> Result<()> {
        if self.refused_by != RejectWhole::Nothing {
            return Err(Error::TooMany { public: Public::new("limited", LIMITED), retry_after });
        }
        self.results[index] = Some(RowResult::limited());
        Ok(())
    }

    /// Whether a row came to this.
    pub(super) fn any(&self, outcome: Outcome) -> bool {
        self.results.iter().flatten().any(|row| row.outcome == outcome)
    }

    /// The results, one for each row. A row without one wasn't written.
    pub(super) fn into_results(self) -> Vec<RowResult> {
        self.results.into_iter().map(|result| result.unwrap_or_else(RowResult::failed)).collect()
    }
}
