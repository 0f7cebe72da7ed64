//! A request's rows, judged one by one.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;

use crate::{
    Error, Public, Result,
    domain::{Identifier, Identity, InviteEffect, Outcome, Reason, Role, Scope, Suppression},
    operations::invitations::invite_users::row_result::{
        LIMITED, RowResult, code_taken, unknown_account, unknown_group,
    },
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        request::{InviteRow, RejectWhole},
    },
    store::Known,
};

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

/// A count of rows, which are few.
pub(super) fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
