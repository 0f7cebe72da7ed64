//! A request's rows, judged one by one.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;

use crate::{
    Error, Public, Result,
    domain::{Identifier, Identity, Outcome, Person, PersonId, Reason, Role, Scope, Suppression},
    operations::invitations::invite_users::{Access, InviteRow, RejectWhole, drafts::count, host::InvitationTarget},
    store::{Drafted, Known},
};

/// Codes are unique in the deployment.
fn code_taken() -> Reason {
    Reason::new("code_taken", "This code belongs to somebody else.")
}

fn unknown_group() -> Reason {
    Reason::new("unknown_group", "There is no such group in the workspace.")
}

/// The code of a row of which nobody knows whether it was written.
const UNKNOWN: &str = "maybe_written";

/// Why more can't be invited today.
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

    /// What the store says became of a row.
    pub(super) fn drafted(drafted: Drafted, id: PersonId) -> Self {
        let (outcome, reason) = match drafted {
            Drafted::Invited => (Outcome::Invited, None),
            Drafted::Added => (Outcome::Added, None),
            Drafted::Grouped => {
                let detail = "Was a member before, and is in these groups too.";
                (Outcome::Added, Some(Reason::new("added_to_groups", detail)))
            }
            Drafted::AlreadyInvited => {
                let detail = "Was invited a moment ago; no other mail is sent.";
                (Outcome::AlreadyInvited, Some(Reason::new("already_invited", detail)))
            }
            Drafted::AlreadyMember => {
                let detail = "This user already has access to the workspace.";
                (Outcome::AlreadyMember, Some(Reason::new("already_member", detail)))
            }
            Drafted::Forbidden => {
                let detail = "Is invited to a role above your own.";
                (Outcome::Forbidden, Some(Reason::new("invited_above", detail)))
            }
            Drafted::Beyond => {
                let detail = "Is invited into groups that you don't administer.";
                (Outcome::Forbidden, Some(Reason::new("invited_beyond", detail)))
            }
            Drafted::GroupGone => return Self::refused(Outcome::Invalid, unknown_group()),
            Drafted::AccountGone => return Self::refused(Outcome::Invalid, unknown_account()),
            Drafted::CodeTaken => return Self::refused(Outcome::Invalid, code_taken()),
            Drafted::HasAccount => {
                let detail = "A password is given only to an address without an account.";
                return Self::refused(Outcome::Invalid, Reason::new("has_account", detail));
            }
            Drafted::Missing => {
                let detail = "There is no such person in the workspace.";
                return Self::refused(Outcome::Invalid, Reason::new("unknown_person", detail));
            }
            Drafted::Limited => return Self::limited(),
            Drafted::Failed => return Self::failed(),
            Drafted::Unknown => {
                let detail = "Nobody knows whether this row was written. Send it again.";
                return Self::refused(Outcome::Failed, Reason::new(UNKNOWN, detail));
            }
        };
        Self::new(outcome, outcome.succeeded().then_some(id), reason)
    }

    /// Whether it counts as one of the day's, or may. A member who came into groups doesn't, and has a reason.
    pub(super) fn counts(&self) -> bool {
        self.is_new() && self.reason.is_none() || self.is_unsure()
    }

    /// Whether nobody knows if it was written.
    pub(super) fn is_unsure(&self) -> bool {
        self.outcome == Outcome::Failed && self.reason.as_ref().is_some_and(|reason| reason.code == UNKNOWN)
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
pub(super) struct Open {
    pub(super) index: usize,
    pub(super) invitee: InviteRow,
    pub(super) colleague: Option<Identity>,
}

impl Open {
    /// Whether it brings a password.
    pub(super) fn gives_password(&self) -> bool {
        self.colleague.is_none() && matches!(self.invitee.personal.access, Access::Password(_))
    }
}

/// The request's rows: results where they are known, and what is still open.
pub(super) struct Rows {
    pub(super) results: Vec<Option<RowResult>>,
    open: Vec<(usize, InviteRow)>,
    refused_by: RejectWhole,
}

impl Rows {
    /// Judges what can be judged without reading.
    pub(super) fn judge(
        rows: Vec<std::result::Result<InviteRow, Reason>>,
        role: Role,
        refused_by: RejectWhole,
    ) -> Result<Self> {
        let mut seen = HashSet::with_capacity(rows.len());
        let mut codes = HashSet::new();
        let mut judged = Self { results: vec![None; rows.len()], open: Vec::with_capacity(rows.len()), refused_by };
        for (index, row) in rows.into_iter().enumerate() {
            match row {
                Err(reason) => judged.refuse(index, None, Outcome::Invalid, reason)?,
                Ok(InviteRow { identifier, .. }) if !seen.insert(identifier.clone()) => {
                    let reason = Reason::new("duplicate", "An earlier row has the same address.");
                    judged.refuse(index, Some(&identifier), Outcome::Duplicate, reason)?;
                }
                // Whoever is named first by a code has it.
                Ok(InviteRow { identifier, .. }) if identifier.code.clone().is_some_and(|code| !codes.insert(code)) => {
                    judged.refuse(index, Some(&identifier), Outcome::Invalid, code_taken())?;
                }
                Ok(InviteRow { identifier, role: asked, .. }) if !role.may_grant(asked) => {
                    let reason = Reason::new("role_above", "This role is above your own.");
                    judged.refuse(index, Some(&identifier), Outcome::Forbidden, reason)?;
                }
                Ok(invitee) => judged.open.push((index, invitee)),
            }
        }
        Ok(judged)
    }

    /// Judges the open rows by the groups they name. A row that names none needs the right to invite; one that does, authority
    /// over each of them.
    pub(super) fn judge_groups(&mut self, host: &InvitationTarget) -> Result<()> {
        for (index, invitee) in std::mem::take(&mut self.open) {
            let refusal = match host.authority(&invitee.groups) {
                None => Some((Outcome::Invalid, unknown_group())),
                Some(true) => None,
                Some(false) => {
                    let detail = "Only an administrator of the workspace or group may do this.";
                    Some((Outcome::Forbidden, Reason::new("group_admin_required", detail)))
                }
            };
            match refusal {
                None => self.open.push((index, invitee)),
                Some((outcome, reason)) => self.refuse(index, Some(&invitee.identifier), outcome, reason)?,
            }
        }
        Ok(())
    }

    /// Settles the rows that an earlier run of the request wrote.
    pub(super) fn settle(&mut self, written: &BTreeMap<usize, Drafted>, host: &InvitationTarget) {
        for (index, invitee) in std::mem::take(&mut self.open) {
            match written.get(&index) {
                Some(outcome) => self.results[index] = Some(RowResult::drafted(*outcome, host.person_id(&invitee))),
                None => self.open.push((index, invitee)),
            }
        }
    }

    /// How many were invited or added so far, or may have been.
    pub(super) fn made(&self) -> u32 {
        count(self.results.iter().flatten().filter(|row| row.counts()).count())
    }

    /// Who the open rows are about.
    pub(super) fn identifiers(&self) -> Vec<&Identifier> {
        self.open.iter().map(|(_, invitee)| &invitee.identifier).collect()
    }

    /// Judges the open rows by what is known of them; what is left may be written. A colleague needs no mail to be added.
    pub(super) fn judge_known(&mut self, known: Vec<Known>, host: &InvitationTarget) -> Result<Vec<Open>> {
        let mut open = Vec::with_capacity(self.open.len());
        for ((index, invitee), Known { identity, suppressed }) in std::mem::take(&mut self.open).into_iter().zip(known)
        {
            let colleague = identity.filter(|identity| identity.company == host.company.id);
            if colleague.is_some() && matches!(host.of, Scope::Company(_)) {
                let reason = Reason::new("already_member", "This user is in the company already.");
                self.results[index] = Some(RowResult::refused(Outcome::AlreadyMember, reason));
                continue;
            }
            match unfit(&invitee, colleague.is_some(), suppressed) {
                None => open.push(Open { index, invitee, colleague }),
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
        Ok(open)
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
    pub(super) fn refuse_row(&mut self, row: &Open, outcome: Outcome, reason: Reason) -> Result<()> {
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
