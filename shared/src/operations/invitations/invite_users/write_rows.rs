//! Writing the rows of a request, as many as may be invited today.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{Batch, InviteEffect},
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        letters::LetterBatches,
        planned_rows::PlannedRow,
        row_result::RowResult,
        rows::{Rows, ValidRow, count},
        write_decisions::WritePlan,
    },
    store::RateLimit,
};

/// What the rows of a request share.
pub(super) struct InvitePlan<'a> {
    pub(super) target: &'a InvitationTarget,
    pub(super) batch: &'a Batch,
    pub(super) letters: &'a LetterBatches,
    /// How many invitations a day are allowed.
    pub(super) quota: &'a RateLimit<'a>,
    pub(super) write: WritePlan<'a>,
}

impl Usher {
    /// Writes the rows. `slots` invitations are reserved of the day's quota.
    pub(super) async fn write_rows(
        &self,
        rows: &mut Rows,
        valid: Vec<ValidRow>,
        plan: &InvitePlan<'_>,
        slots: u32,
    ) -> Result<()> {
        // When the quota can't cover every row, read the records first: a row that only changes an invitation or a
        // member takes none of the quota.
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

    /// The results that writing the rows would have, by the records as they are.
    pub(super) async fn predict_rows(
        &self,
        rows: &mut Rows,
        valid: Vec<ValidRow>,
        plan: &InvitePlan<'_>,
    ) -> Result<()> {
        let left = self.store.left(plan.quota, plan.write.terms.now).await?;
        let planned = self.plan_with_records(valid, plan).await?;
        for (row, effect) in allot_quota(rows, planned, plan, left)? {
            rows.results[row.index] = Some(RowResult::of_effect(effect, row.offer.person_id));
        }
        Ok(())
    }

    async fn plan_with_records(&self, valid: Vec<ValidRow>, plan: &InvitePlan<'_>) -> Result<Vec<PlannedRow>> {
        let invited: Vec<_> = valid.iter().map(|row| &row.invitee.identifier).collect();
        let people = self.store.people_by_identifier(plan.target.of, &invited).await?;
        let planned = valid.into_iter().zip(people);
        Ok(planned
            .map(|(row, record)| PlannedRow::new(row, record, plan.target, plan.letters, self.random()))
            .collect())
    }

    /// Gives back what was reserved of the quota and not used. If that fails, fewer people may be invited today, which
    /// is no reason to fail what was written.
    pub(in crate::operations) async fn give_back(&self, quota: &RateLimit<'_>, unused: u32, now: Timestamp) {
        if unused > 0
            && let Err(error) = self.store.give_back(quota, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation was not given back");
        }
    }
}

/// Gives the rows, in order, what is left of the quota. Returns the rows to write, each with what writing it does; the
/// others have their results.
fn allot_quota(
    rows: &mut Rows,
    planned: Vec<PlannedRow>,
    plan: &InvitePlan<'_>,
    mut left: u32,
) -> Result<Vec<(PlannedRow, InviteEffect)>> {
    let mut allotted = Vec::with_capacity(planned.len());
    for mut row in planned {
        match row.decide(&plan.write.terms) {
            Ok((decision, _)) if !decision.effect.takes_quota() => {
                row.may_take_quota = false;
                allotted.push((row, decision.effect));
            }
            Ok((decision, _)) if left > 0 => {
                left -= 1;
                allotted.push((row, decision.effect));
            }
            Ok(_) => rows.limit(row.index, plan.quota.left(plan.write.terms.now))?,
            Err(refusal) => rows.results[row.index] = Some(RowResult::of_refusal(refusal, row.offer.person_id)),
        }
    }
    Ok(allotted)
}
