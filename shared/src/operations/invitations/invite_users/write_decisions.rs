//! Writing rows: decide, write, and decide again where a record changed in between.

use futures::{StreamExt, stream};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    Error, Internal, Result, Usher,
    domain::{InviteEffect, InviteOffer, InviteRefusal, InviteTerms, Person, Scope},
    operations::invitations::invite_users::planned_rows::{DecidedRow, PlannedRow},
    store::{IdempotentRun, InviteTransaction, InviteWritten, RowConflict, TransactionRoom},
};

/// Transactions of one request that are under way at once.
const IN_FLIGHT: usize = 8;

/// How often the rows of a transaction are decided and written together, before each row goes alone.
const ROUNDS: u32 = 4;

/// How often a row that goes alone is decided and written. Each time that it loses, another request about the same person
/// has won.
const ROUNDS_ALONE: u32 = 40;

/// No row is begun after this time, and no row is waited for after the second: the gateway gives up after 30 s.
const BEGIN_WITHIN: Duration = Duration::from_secs(25);
const END_WITHIN: Duration = Duration::from_secs(28);

/// How rows are written.
pub(in crate::operations) struct WritePlan<'a> {
    /// The workspace or company that is invited to.
    pub(in crate::operations) of: Scope,
    pub(in crate::operations) terms: InviteTerms<'a>,
    /// When the request began.
    pub(in crate::operations) begun: Instant,
    /// The idempotent run, which notes what each transaction writes.
    pub(in crate::operations) run: Option<&'a IdempotentRun>,
    /// Whether the results carry the records.
    pub(in crate::operations) with_records: bool,
}

/// The result of one row, by its index.
pub(super) type WrittenRow = (usize, std::result::Result<(InviteEffect, Option<Box<Person>>), InviteRefusal>);

impl WritePlan<'_> {
    fn is_late(&self) -> bool {
        self.begun.elapsed() > BEGIN_WITHIN
    }
}

impl Usher {
    /// Writes one offer by itself, with no quota.
    pub(in crate::operations) async fn write_offer(
        &self,
        offer: InviteOffer,
        plan: &WritePlan<'_>,
    ) -> std::result::Result<InviteEffect, InviteRefusal> {
        let (_, result) = self.write_alone(PlannedRow::of_offer(offer), plan).await;
        result.map(|(effect, _)| effect)
    }

    /// Writes rows in transactions, several at once. Each row has a result; the order is any.
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
                    written.extend(decided.into_iter().map(|row| done(row, plan)));
                    Vec::new()
                }
                Ok(InviteWritten::Refused(conflicts)) => resolve(decided, conflicts, plan, &mut written),
                Err(error) => {
                    tracing::warn!(?error, rows = decided.len(), "rows of an inviting request were not written");
                    decided.into_iter().map(DecidedRow::into_unsure).collect()
                }
            };
        }
        for row in rows {
            written.push(self.write_alone(row, plan).await);
        }
        written
    }

    async fn write_alone(&self, row: PlannedRow, plan: &WritePlan<'_>) -> WrittenRow {
        let (index, unsure) = (row.index, row.unsure);
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
                    written.extend(decided.into_iter().map(|row| done(row, plan)));
                    Vec::new()
                }
                Ok(InviteWritten::Refused(conflicts)) => resolve(decided, conflicts, plan, &mut written),
                Err(_) => return (index, Err(InviteRefusal::MaybeWritten)),
            };
            if let Some(result) = written.pop() {
                return result;
            }
        }
        (index, Err(if unsure { InviteRefusal::MaybeWritten } else { InviteRefusal::NotWritten }))
    }

    async fn write_decided(&self, decided: &[DecidedRow], plan: &WritePlan<'_>) -> Result<InviteWritten> {
        if decided.is_empty() {
            return Ok(InviteWritten::Done);
        }
        let writes: Vec<_> = decided.iter().map(DecidedRow::as_write).collect();
        let transaction =
            InviteTransaction { of: plan.of, inviter: plan.terms.rights.user, now: plan.terms.now, run: plan.run };
        let late = |_| Error::Unavailable(Internal::new("invite: a transaction took too long"));
        let written = self.store.invite(transaction, &writes, self.random());
        timeout_at(plan.begun + END_WITHIN, written).await.map_err(late)?
    }
}

/// Decides rows by the records as they were read. A refusal is the row's result.
fn decide(rows: Vec<PlannedRow>, terms: &InviteTerms<'_>) -> (Vec<DecidedRow>, Vec<WrittenRow>) {
    let (mut decided, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match row.decided(terms) {
            Ok(row) => decided.push(row),
            Err((index, refusal)) => refused.push((index, Err(refusal))),
        }
    }
    (decided, refused)
}

fn done(row: DecidedRow, plan: &WritePlan<'_>) -> WrittenRow {
    let record = plan.with_records.then(|| Box::new(row.decision.transition.into_after()));
    (row.row.index, Ok((row.decision.effect, record)))
}

/// Reads what stood in the way of a transaction. Rows that have a result now are taken out; the others are decided
/// again, by the records as they are.
fn resolve(
    decided: Vec<DecidedRow>,
    conflicts: Vec<RowConflict>,
    plan: &WritePlan<'_>,
    written: &mut Vec<WrittenRow>,
) -> Vec<PlannedRow> {
    let mut again = Vec::with_capacity(decided.len());
    for (row, conflict) in decided.into_iter().zip(conflicts) {
        match resolve_row(row, conflict, &plan.terms) {
            Ok(row) => again.push(row),
            Err((index, result)) => written.push((index, result.map(|effect| (effect, None)))),
        }
    }
    again
}

/// The row to decide again, or its result.
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
        let own = row.record.as_ref().and_then(|found| row.offer.own_work(found, decision.effect));
        if let Some(result) = own {
            return Err((index, result));
        }
        match row.decide(terms) {
            // The record of a member carries no mark of the request that brought the member into groups.
            Err(InviteRefusal::AlreadyMember) if row.unsure && decision.effect == InviteEffect::AddedToGroups => {
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
        row.see_company_record(found.map(|found| *found));
    }
    Ok(row)
}
