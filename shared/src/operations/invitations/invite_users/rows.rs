//! The rows of an inviting request: each check gives a result to the rows that fail the check, and passes the remaining
//! rows on.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;

use crate::{
    Error, PublicMessage, Result,
    domain::{Identifier, Identity, InviteEffect, Role, RowOutcome, RowReason, Scope, Suppression},
    operations::invitations::invite_users::row_result::{
        LIMITED, RowResult, code_taken, unknown_account, unknown_group,
    },
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        request::{InviteRow, RejectWhole},
    },
    store::AddressRecords,
};

/// The refusal of an address that can't be invited to any workspace or company: the address of an unknown service
/// account, or an address that Usher doesn't mail. The address of a colleague is never refused, because adding a user
/// of the inviter's company needs no mail.
pub(in crate::operations) fn refusal_of_address(
    invitee: &InviteRow,
    colleague: bool,
    suppressed: Option<Suppression>,
) -> Option<(RowOutcome, RowReason)> {
    if colleague {
        return None;
    }
    if invitee.identifier.address.is_service_account() {
        return Some((RowOutcome::Invalid, unknown_account()));
    }
    suppressed.map(|suppression| (RowOutcome::Suppressed, RowReason::new("suppressed", suppression.message())))
}

/// The sentence of a row's reason with the row's address added, for an error about the whole request.
fn sentence_with_address(identifier: &Identifier, reason: &RowReason) -> String {
    format!("'{}': {}", identifier.address.as_typed(), reason.detail)
}

/// A row that passed all checks, and the person's account if the person is a colleague.
pub(super) struct ValidRow {
    pub(super) index: usize,
    pub(super) invitee: InviteRow,
    pub(super) colleague: Option<Identity>,
}

/// The rows of an inviting request while the rows are being checked.
pub(super) struct Rows {
    /// The result of each row, in the order of the rows; `None` for a row that has no result yet.
    pub(super) results: Vec<Option<RowResult>>,
    /// The rows that have no result yet, each with its index.
    unresolved: Vec<(usize, InviteRow)>,
    reject_whole: RejectWhole,
}

impl Rows {
    /// Makes those checks of an inviting request's rows that need no read from the store: syntax, duplicates, and the
    /// role.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a row fails a check and the request is to be rejected as a whole.
    pub(super) fn check(
        rows: Vec<std::result::Result<InviteRow, RowReason>>,
        role: Role,
        reject_whole: RejectWhole,
    ) -> Result<Self> {
        let mut seen = HashSet::with_capacity(rows.len());
        let mut codes = HashSet::new();
        let mut checked =
            Self { results: vec![None; rows.len()], unresolved: Vec::with_capacity(rows.len()), reject_whole };
        for (index, row) in rows.into_iter().enumerate() {
            match row {
                Err(reason) => checked.refuse(index, None, RowOutcome::Invalid, reason)?,
                Ok(InviteRow { identifier, .. }) if !seen.insert(identifier.clone()) => {
                    let reason = RowReason::new("duplicate", "An earlier row has the same address.");
                    checked.refuse(index, Some(&identifier), RowOutcome::Duplicate, reason)?;
                }
                // If several rows have the same user code, the person of the first of these rows gets the code.
                Ok(InviteRow { identifier, .. }) if identifier.code.clone().is_some_and(|code| !codes.insert(code)) => {
                    checked.refuse(index, Some(&identifier), RowOutcome::Invalid, code_taken())?;
                }
                Ok(InviteRow { identifier, role: wanted, .. }) if !role.may_grant(wanted) => {
                    let reason = RowReason::new("role_above", "This role is above your own.");
                    checked.refuse(index, Some(&identifier), RowOutcome::Forbidden, reason)?;
                }
                Ok(invitee) => checked.unresolved.push((index, invitee)),
            }
        }
        Ok(checked)
    }

    /// Checks the groups of the unresolved rows, which have no result yet. For a row without groups the inviter needs
    /// the right to invite. For a row with groups the inviter needs authority over each of these groups.
    pub(super) fn check_groups(&mut self, target: &InvitationTarget) -> Result<()> {
        for (index, invitee) in std::mem::take(&mut self.unresolved) {
            let refusal = match target.authority(&invitee.groups) {
                None => Some((RowOutcome::Invalid, unknown_group())),
                Some(true) => None,
                Some(false) => {
                    let detail = "Only an administrator of the workspace or group may do this.";
                    Some((RowOutcome::Forbidden, RowReason::new("group_admin_required", detail)))
                }
            };
            match refusal {
                None => self.unresolved.push((index, invitee)),
                Some((outcome, reason)) => self.refuse(index, Some(&invitee.identifier), outcome, reason)?,
            }
        }
        Ok(())
    }

    /// Gives results to the rows that an earlier run of the same idempotent request wrote.
    pub(super) fn restore_written(&mut self, written: &BTreeMap<usize, InviteEffect>, target: &InvitationTarget) {
        for (index, invitee) in std::mem::take(&mut self.unresolved) {
            match written.get(&index) {
                Some(effect) => self.results[index] = Some(RowResult::of_effect(*effect, target.person_id(&invitee))),
                None => self.unresolved.push((index, invitee)),
            }
        }
    }

    /// How many invitations of the daily quota the rows of the request used so far, or may have used.
    pub(super) fn used_quota(&self) -> u32 {
        count(self.results.iter().flatten().filter(|row| row.uses_quota()).count())
    }

    /// The identities of the people of the unresolved rows, which have no result yet.
    pub(super) fn identifiers(&self) -> Vec<&Identifier> {
        self.unresolved.iter().map(|(_, invitee)| &invitee.identifier).collect()
    }

    /// Checks the unresolved rows, which have no result yet, by the accounts and suppressions of the rows' addresses.
    /// Returns the rows that passed all checks.
    pub(super) fn check_addresses(
        &mut self,
        addresses: Vec<AddressRecords>,
        target: &InvitationTarget,
    ) -> Result<Vec<ValidRow>> {
        let mut valid = Vec::with_capacity(self.unresolved.len());
        for ((index, invitee), AddressRecords { identity, suppressed }) in
            std::mem::take(&mut self.unresolved).into_iter().zip(addresses)
        {
            let colleague = identity.filter(|identity| identity.company == target.company.id);
            if colleague.is_some() && matches!(target.scope, Scope::Company(_)) {
                let reason = RowReason::new("already_member", "This user is in the company already.");
                self.results[index] = Some(RowResult::refused(RowOutcome::AlreadyMember, reason));
                continue;
            }
            match refusal_of_address(&invitee, colleague.is_some(), suppressed) {
                None => valid.push(ValidRow { index, invitee, colleague }),
                Some((RowOutcome::Suppressed, reason)) if self.reject_whole == RejectWhole::AnyRow => {
                    let sentence = sentence_with_address(&invitee.identifier, &reason);
                    return Err(Error::Suppressed(PublicMessage::new("suppressed", sentence)));
                }
                Some((RowOutcome::Suppressed, reason)) => {
                    self.results[index] = Some(RowResult::refused(RowOutcome::Suppressed, reason));
                }
                Some((outcome, reason)) => self.refuse(index, Some(&invitee.identifier), outcome, reason)?,
            }
        }
        Ok(valid)
    }

    /// Gives a row of the request a result that refuses the row.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the row's address, if the request is to be rejected as a whole.
    fn refuse(
        &mut self,
        index: usize,
        identifier: Option<&Identifier>,
        outcome: RowOutcome,
        reason: RowReason,
    ) -> Result<()> {
        if self.reject_whole != RejectWhole::Nothing {
            let with_address = |identifier| sentence_with_address(identifier, &reason).into();
            let sentence = identifier.map_or(reason.detail.clone(), with_address);
            return Err(Error::invalid("invalid_user", sentence));
        }
        self.results[index] = Some(RowResult::refused(outcome, reason));
        Ok(())
    }

    /// Refuses, as [`Rows::refuse`] does, a row that had passed the earlier checks.
    pub(super) fn refuse_row(&mut self, row: &ValidRow, outcome: RowOutcome, reason: RowReason) -> Result<()> {
        self.refuse(row.index, Some(&row.invitee.identifier), outcome, reason)
    }

    /// Refuses a row that the daily quota doesn't cover.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the request is to be rejected as a whole.
    pub(super) fn refuse_over_quota(&mut self, index: usize, retry_after: SignedDuration) -> Result<()> {
        if self.reject_whole != RejectWhole::Nothing {
            return Err(Error::TooMany { public: PublicMessage::new("limited", LIMITED), retry_after });
        }
        self.results[index] = Some(RowResult::limited());
        Ok(())
    }

    /// Whether any row of the request has the outcome `outcome`.
    pub(super) fn has_outcome(&self, outcome: RowOutcome) -> bool {
        self.count_of(outcome) > 0
    }

    /// How many rows of the request have the outcome `outcome`.
    pub(super) fn count_of(&self, outcome: RowOutcome) -> usize {
        self.results.iter().flatten().filter(|row| row.outcome == outcome).count()
    }

    /// The results of a request's rows, one result for each row. A row that has no result yet gets the result that the
    /// row was not written.
    pub(super) fn into_results(self) -> Vec<RowResult> {
        self.results.into_iter().map(|result| result.unwrap_or_else(RowResult::failed)).collect()
    }
}

/// The number of rows as a `u32`. A request has far fewer rows than a `u32` can count.
pub(super) fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
