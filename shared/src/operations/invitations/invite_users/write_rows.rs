//! Writing the valid rows of a request as far as the daily quota allows, or predicting their results in a dry run.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{Batch, InviteEffect, RateLimit},
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        letters::LetterBatches,
        planned_rows::PlannedRow,
        row_result::RowResult,
        rows::{Rows, ValidRow, count},
        write_decisions::WritePlan,
    },
};

/// The plan of writing a request's rows: everything that is the same for all valid rows of the request.
pub(super) struct InvitePlan<'a> {
    /// The workspace or company that the request invites to.
    pub(super) target: &'a InvitationTarget,
    /// The request's batch: the data that all mails of the request share.
    pub(super) batch: &'a Batch,
    /// The batches of the rows that have letter options.
    pub(super) letters: &'a LetterBatches,
    /// The daily quota of invitations of the workspace or company that the request invites to.
    pub(super) quota: &'a RateLimit<'a>,
    /// How the rows are decided and written.
    pub(super) write: WritePlan<'a>,
}

impl Usher {
    /// Writes the valid rows. The argument `slots` is the number of invitations of the daily quota that are reserved
    /// for the rows.
    pub(super) async fn write_rows(
        &self,
        rows: &mut Rows,
        valid: Vec<ValidRow>,
        plan: &InvitePlan<'_>,
        slots: u32,
    ) -> Result<()> {
        // If the reserved invitations of the daily quota can't cover every row, the people's records are read first: a
        // row that only amends an invitation or a membership uses no quota.
        let mut planned: Vec<PlannedRow> = if count(valid.len()) <= slots {
            let plan_row = |row| PlannedRow::new(row, None, plan.target, plan.letters, self.random());
            valid.into_iter().map(plan_row).collect()
        } else {
            let planned = self.plan_with_records(valid, plan).await?;
            allot_quota(rows, planned, plan, slots)?.into_iter().map(|(row, _)| row).collect()
        };
        if planned.is_empty() {
            return Ok(());
        }
        self.assign_accounts(&mut planned, plan.target).await?;
        let ids: Vec<_> = planned.iter().map(|row| (row.index, row.offer.person_id.clone())).collect();
        self.store.put_batch(plan.batch, plan.write.terms.now).await?;
        let mut written = self.write_planned(planned, &plan.write).await;
        written.sort_unstable_by_key(|(index, _)| *index);
        for ((index, id), (_, result)) in ids.into_iter().zip(written) {
            rows.results[index] = Some(match result {
                Ok((effect, record)) => RowResult { record, ..RowResult::of_effect(effect, id) },
                Err(refusal) => RowResult::of_refusal(refusal, id),
            });
        }
        Ok(())
    }

    /// Predicts the results of writing the valid rows, by the people's present records. The prediction writes nothing.
    pub(super) async fn predict_rows(
        &self,
        rows: &mut Rows,
        valid: Vec<ValidRow>,
        plan: &InvitePlan<'_>,
    ) -> Result<()> {
        let remaining = self.store.left(plan.quota, plan.write.terms.now).await?;
        let planned = self.plan_with_records(valid, plan).await?;
        for (row, effect) in allot_quota(rows, planned, plan, remaining)? {
            rows.results[row.index] = Some(RowResult::of_effect(effect, row.offer.person_id));
        }
        Ok(())
    }

    /// Reads the people's records, and plans the valid rows with these records.
    async fn plan_with_records(&self, valid: Vec<ValidRow>, plan: &InvitePlan<'_>) -> Result<Vec<PlannedRow>> {
        let identifiers: Vec<_> = valid.iter().map(|row| &row.invitee.identifier).collect();
        let people = self.store.people_by_identifier(plan.target.scope, &identifiers).await?;
        let planned = valid.into_iter().zip(people);
        Ok(planned
            .map(|(row, record)| PlannedRow::new(row, record, plan.target, plan.letters, self.random()))
            .collect())
    }

    /// Gives unused reserved invitations back to the daily quota. A failure to give invitations back is only logged and
    /// doesn't fail the request, whose rows are written already. After a failure to give invitations back, fewer people
    /// can be invited on the same day.
    pub(in crate::operations) async fn give_back(&self, quota: &RateLimit<'_>, unused: u32, now: Timestamp) {
        if unused > 0
            && let Err(error) = self.store.give_back(quota, unused, now).await
        {
            tracing::warn!(?error, unused, "unused invitations were not given back to the daily quota");
        }
    }
}

/// Gives the remaining invitations of the daily quota to the rows, in the order of the rows. Returns the rows to write,
/// each with the effect of writing the row. The rows that are not to be written get the result that the daily quota
/// doesn't cover them, or that they are refused.
fn allot_quota(
    rows: &mut Rows,
    planned: Vec<PlannedRow>,
    plan: &InvitePlan<'_>,
    mut remaining: u32,
) -> Result<Vec<(PlannedRow, InviteEffect)>> {
    let mut allotted = Vec::with_capacity(planned.len());
    for mut row in planned {
        match row.decide(&plan.write.terms) {
            Ok((decision, _)) if !decision.effect.takes_quota() => {
                row.may_take_quota = false;
                allotted.push((row, decision.effect));
            }
            Ok((decision, _)) if remaining > 0 => {
                remaining -= 1;
                allotted.push((row, decision.effect));
            }
            Ok(_) => rows.refuse_over_quota(row.index, plan.quota.left(plan.write.terms.now))?,
            Err(refusal) => rows.results[row.index] = Some(RowResult::of_refusal(refusal, row.offer.person_id)),
        }
    }
    Ok(allotted)
}
