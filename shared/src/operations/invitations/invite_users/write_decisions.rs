//! Writing rows in transactions: the service decides about rows by the people's records and writes the rows. If another
//! request changed a row's records meanwhile, the service decides about the row again.

use futures::{StreamExt, stream};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    Error, InternalContext, Result, Usher,
    domain::{InviteEffect, InviteOffer, InviteRefusal, InviteTerms, Person, Scope},
    operations::invitations::invite_users::planned_rows::{DecidedRow, PlannedRow},
    store::{IdempotentRun, InviteTransaction, InviteWritten, RowConflict, TransactionRoom},
};

/// The largest number of transactions that one inviting request runs at the same time.
const IN_FLIGHT: usize = 8;

/// How often the rows of a transaction are decided and written together. After this number of failed transactions, each
/// of the rows gets a transaction of its own.
const ROUNDS: u32 = 4;

/// How often a row that has a transaction of its own is decided and written. Each failed transaction of one row means
/// that another request about the same person succeeded.
const ROUNDS_ALONE: u32 = 40;

/// The time after the beginning of an inviting request at which no further transaction starts, because the gateway
/// gives up waiting for the response after 30 s.
const BEGIN_WITHIN: Duration = Duration::from_secs(25);

/// The time after the beginning of an inviting request at which the service stops waiting for a transaction.
const END_WITHIN: Duration = Duration::from_secs(28);

/// How the rows of a request are decided and written: everything that is the same for all rows that the request writes.
pub(in crate::operations) struct WritePlan<'a> {
    /// The workspace or company that the people are invited to.
    pub(in crate::operations) scope: Scope,
    /// The terms by which the rows are decided.
    pub(in crate::operations) terms: InviteTerms<'a>,
    /// When the inviting request began.
    pub(in crate::operations) begun: Instant,
    /// The idempotent run, if the request has an idempotency key. Each transaction records in the run which rows the
    /// transaction writes.
    pub(in crate::operations) run: Option<&'a IdempotentRun>,
    /// Whether the results contain the people's records.
    pub(in crate::operations) with_records: bool,
}

/// The index of a row, and either the effect of writing the row with the person's record, or the row's refusal.
pub(super) type WrittenRow = (usize, std::result::Result<(InviteEffect, Option<Box<Person>>), InviteRefusal>);

impl WritePlan<'_> {
    /// Whether it is too late for the inviting request to start another transaction.
    fn is_late(&self) -> bool {
        self.begun.elapsed() > BEGIN_WITHIN
    }
}

impl Usher {
    /// Writes one offer outside an inviting request. An offer outside an inviting request uses no invitation of the
    /// daily quota.
    pub(in crate::operations) async fn write_offer(
        &self,
        offer: InviteOffer,
        plan: &WritePlan<'_>,
    ) -> std::result::Result<InviteEffect, InviteRefusal> {
        let (_, result) = self.write_alone(PlannedRow::of_offer(offer), plan).await;
        result.map(|(effect, _)| effect)
    }

    /// Writes rows in transactions, several at the same time. Returns a result for each of the rows, in any order.
    pub(super) async fn write_planned(&self, planned: Vec<PlannedRow>, plan: &WritePlan<'_>) -> Vec<WrittenRow> {
        let mut chunks: Vec<Vec<PlannedRow>> = vec![Vec::new()];
        let mut room = TransactionRoom::default();
        for row in planned {
            if !room.take(&row.offer) {
                room = TransactionRoom::default();
                room.take(&row.offer);
                chunks.push(Vec::new());
            }
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(row);
            }
        }
        let chunks: Vec<_> = chunks.into_iter().map(|chunk| self.write_chunk(chunk, plan)).collect();
        stream::iter(chunks).buffer_unordered(IN_FLIGHT).flat_map(stream::iter).collect().await
    }

    /// Writes the rows of one transaction to the store. Rows that have no result after [`ROUNDS`] transactions are
    /// written one by one.
    async fn write_chunk(&self, mut rows: Vec<PlannedRow>, plan: &WritePlan<'_>) -> Vec<WrittenRow> {
        let mut written = Vec::with_capacity(rows.len());
        for round in 0..ROUNDS {
            if rows.is_empty() || plan.is_late() {
                break;
            }
            if round > 0 {
                self.store.pause(round).await;
            }
            let (decided, refused) = decide(rows, &plan.terms);
            written.extend(refused);
            rows = match self.write_decided(&decided, plan).await {
                Ok(InviteWritten::Done) => {
                    written.extend(decided.into_iter().map(|row| written_row(row, plan)));
                    Vec::new()
                }
                Ok(InviteWritten::Refused(conflicts)) => resolve_conflicts(decided, conflicts, plan, &mut written),
                Err(error) => {
                    tracing::warn!(
                        ?error,
                        rows = decided.len(),
                        "a transaction of an inviting request failed: its rows may have been written"
                    );
                    decided.into_iter().map(DecidedRow::into_maybe_written).collect()
                }
            };
        }
        for row in rows {
            written.push(self.write_alone(row, plan).await);
        }
        written
    }

    /// Writes one row in a transaction of its own.
    async fn write_alone(&self, row: PlannedRow, plan: &WritePlan<'_>) -> WrittenRow {
        let (index, maybe_written) = (row.index, row.maybe_written);
        let mut rows = vec![row];
        let mut written = Vec::new();
        for round in 0..ROUNDS_ALONE {
            if plan.is_late() {
                break;
            }
            if round > 0 {
                self.store.pause(round.min(ROUNDS)).await;
            }
            let (decided, refused) = decide(rows, &plan.terms);
            written.extend(refused);
            if let Some(result) = written.pop() {
                return result;
            }
            rows = match self.write_decided(&decided, plan).await {
                Ok(InviteWritten::Done) => {
                    written.extend(decided.into_iter().map(|row| written_row(row, plan)));
                    Vec::new()
                }
                Ok(InviteWritten::Refused(conflicts)) => resolve_conflicts(decided, conflicts, plan, &mut written),
                Err(_) => return (index, Err(InviteRefusal::MaybeWritten)),
            };
            if let Some(result) = written.pop() {
                return result;
            }
        }
        (index, Err(if maybe_written { InviteRefusal::MaybeWritten } else { InviteRefusal::NotWritten }))
    }

    /// Writes decided rows in one transaction.
    async fn write_decided(&self, decided: &[DecidedRow], plan: &WritePlan<'_>) -> Result<InviteWritten> {
        if decided.is_empty() {
            return Ok(InviteWritten::Done);
        }
        let writes: Vec<_> = decided.iter().map(DecidedRow::as_write).collect();
        let transaction = InviteTransaction {
            scope: plan.scope,
            inviter: plan.terms.rights.user,
            now: plan.terms.now,
            run: plan.run,
        };
        let too_slow = |_| Error::Unavailable(InternalContext::new("invite: a transaction took too long"));
        let written = self.store.invite(transaction, &writes);
        timeout_at(plan.begun + END_WITHIN, written).await.map_err(too_slow)?
    }
}

/// Decides about rows by the people's records that were read. Returns the decided rows, and the results of the refused
/// rows.
fn decide(rows: Vec<PlannedRow>, terms: &InviteTerms<'_>) -> (Vec<DecidedRow>, Vec<WrittenRow>) {
    let (mut decided, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match row.into_decided(terms) {
            Ok(row) => decided.push(row),
            Err((index, refusal)) => refused.push((index, Err(refusal))),
        }
    }
    (decided, refused)
}

/// The result of a row whose transaction succeeded.
fn written_row(row: DecidedRow, plan: &WritePlan<'_>) -> WrittenRow {
    let record = plan.with_records.then(|| Box::new(row.decision.transition.into_after()));
    (row.row.index, Ok((row.decision.effect, record)))
}

/// Applies the conflicts that made a transaction fail. Adds the rows that now have a result to `written`, and returns
/// the remaining rows, which must be decided again by the newer records that the conflicts contain.
fn resolve_conflicts(
    decided: Vec<DecidedRow>,
    conflicts: Vec<RowConflict>,
    plan: &WritePlan<'_>,
    written: &mut Vec<WrittenRow>,
) -> Vec<PlannedRow> {
    let mut undecided = Vec::with_capacity(decided.len());
    for (row, conflict) in decided.into_iter().zip(conflicts) {
        match resolve_row(row, conflict, &plan.terms) {
            Ok(row) => undecided.push(row),
            Err((index, result)) => written.push((index, result.map(|effect| (effect, None)))),
        }
    }
    undecided
}

/// Applies the conflict of one row after its transaction failed. Returns the row as the value if the row must be
/// decided again, or the row's result as the error.
fn resolve_row(
    decided: DecidedRow,
    conflict: RowConflict,
    terms: &InviteTerms<'_>,
) -> std::result::Result<PlannedRow, (usize, std::result::Result<InviteEffect, InviteRefusal>)> {
    let DecidedRow { mut row, decision, .. } = decided;
    let index = row.index;
    if conflict.refusal == Some(InviteRefusal::GroupDeleted) {
        return Err((index, Err(InviteRefusal::GroupDeleted)));
    }
    if let Some(found) = conflict.record {
        row.record = found.map(|found| *found);
        let result = row.record.as_ref().and_then(|found| row.offer.result_if_written(found, decision.effect));
        if let Some(result) = result {
            return Err((index, result));
        }
        match row.decide(terms) {
            // The record of a member doesn't say which request added the member to groups. If the store's reply to the
            // write of a row was lost, the service therefore assumes that this request added the member to the groups.
            Err(InviteRefusal::AlreadyMember)
                if row.maybe_written && decision.effect == InviteEffect::AddedToGroups =>
            {
                return Err((index, Ok(InviteEffect::AddedToGroups)));
            }
            Err(refusal) => return Err((index, Err(refusal))),
            Ok(_) => {}
        }
    }
    if let Some(refusal) = conflict.refusal {
        return Err((index, Err(refusal)));
    }
    if let Some(found) = conflict.company_record {
        row.set_company_record(found.map(|found| *found));
    }
    Ok(row)
}
