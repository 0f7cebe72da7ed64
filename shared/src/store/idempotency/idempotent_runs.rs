//! Idempotent requests: which run executes a request, what the transactions of the request wrote, and the stored
//! response. A run is one execution of an idempotent request.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, InternalContext, Result,
    domain::{BatchId, IdempotencyKey, InviteEffect, Random, RateLimit, RowOutcome, RowReason, Scope, UserId},
    store::{
        Store,
        condition::{absent, all, any, at_most, equal, exists, item_absent},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys::{self, Key},
        retry::MAX_WRITE_ATTEMPTS,
        transact::Transacted,
    },
};

/// The time after which the store presumes that a run of an idempotent request is dead. The gateway gives up on a
/// request after 30 s, and no run writes to the table later than 28 s after the start of the run.
const LEASE: SignedDuration = SignedDuration::from_secs(35);

/// How long a request with the same idempotency key gets the same response.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// An idempotent request that is about to run.
#[derive(Debug)]
pub struct IdempotencyRecord<'a> {
    /// The user who sends the idempotent request.
    pub caller: UserId,
    /// The workspace or company that the request is about.
    pub scope: Scope,
    /// The idempotency key that the client gave the request.
    pub key: &'a IdempotencyKey,
    /// A digest of the body of the idempotent request.
    pub body: &'a str,
    /// The current time, at which the run of the request starts.
    pub now: Timestamp,
}

/// The item of an idempotent request.
#[derive(Debug, Serialize, Deserialize)]
struct RequestItem {
    /// A digest of the body of the idempotent request.
    body: String,
    /// The id of the run that executes the request.
    run: Uuid,
    /// When another run may take over the idempotent request, in milliseconds since 1970.
    leased_until: i64,
    /// The batch of the people whom the request invites. All runs of an idempotent request use the same batch.
    batch: BatchId,
    /// The part of the daily quota that is reserved for the request.
    reserved: Option<Reservation>,
    /// The stored response to the idempotent request, once the request has been answered.
    answer: Option<StoredResponse>,
    /// When DynamoDB may delete the item of the idempotent request, in seconds since the epoch.
    purge_at: i64,
}

/// The uses of the daily quota of invitations that are reserved for the runs of an idempotent request.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Reservation {
    /// The number of reserved uses of the daily quota.
    pub count: u32,
    /// When the uses of the daily quota were reserved. The time of the reservation determines the window of the daily
    /// quota that counts the uses.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// A stored response to an idempotent request: a retry of the request gets the same response again. If many rows have
/// the same result, the stored response contains the result once.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredResponse {
    /// The trace id of the request that was first answered with this response. Support finds the request by this trace
    /// id.
    pub trace_id: String,
    /// The different results that the rows of the request have. The attribute with the results is named `told` in the
    /// table.
    #[serde(rename = "told")]
    results: Vec<(RowOutcome, Option<RowReason>)>,
    /// One character for each row: the index of the row's result in `results`, counted from the character `0`.
    rows: String,
}

impl StoredResponse {
    /// Creates the response to store from the results of the request's rows, in the order of the rows.
    pub fn of<'a>(trace_id: String, rows: impl Iterator<Item = (RowOutcome, Option<&'a RowReason>)>) -> Self {
        let mut results: Vec<(RowOutcome, Option<RowReason>)> = Vec::new();
        let rows = rows.map(|(outcome, reason)| {
            let existing = results
                .iter()
                .position(|(other_outcome, other_reason)| *other_outcome == outcome && other_reason.as_ref() == reason);
            let index = existing.unwrap_or_else(|| {
                results.push((outcome, reason.cloned()));
                results.len() - 1
            });
            u32::try_from(index).ok().and_then(|index| char::from_u32(u32::from('0') + index)).unwrap_or('0')
        });
        let rows = rows.collect();
        Self { trace_id, results, rows }
    }

    /// The results of all rows of the idempotent request, in the order of the rows.
    pub fn rows(&self) -> impl Iterator<Item = (RowOutcome, Option<RowReason>)> {
        let indexes = self.rows.chars().map(|index| u32::from(index).saturating_sub(u32::from('0')) as usize);
        indexes.map(|index| self.results.get(index).cloned().unwrap_or((RowOutcome::Failed, None)))
    }
}

/// The item that notes which rows one transaction of a run wrote.
#[derive(Debug, Serialize, Deserialize)]
struct TransactionNote {
    rows: BTreeMap<InviteEffect, Vec<usize>>,
    purge_at: i64,
}

/// One execution of an idempotent request.
#[derive(Debug)]
pub struct IdempotentRun {
    key: Key,
    id: Uuid,
    purge_at: i64,
    /// The batch of the people whom the request invites.
    pub batch: BatchId,
    /// The part of the daily quota that is reserved for the idempotent request, if any.
    pub reserved: Option<Reservation>,
    /// The rows that earlier runs of the request wrote: the effects of these rows by row index.
    pub written: BTreeMap<usize, InviteEffect>,
}

/// The result of starting an idempotent request.
#[derive(Debug)]
pub enum RunStart {
    /// The caller executes the idempotent request. An earlier run of the same request may already have written some of
    /// the request's rows.
    Begun(IdempotentRun),
    /// Another run is executing the idempotent request now.
    RunningElsewhere,
    /// An earlier request used the same idempotency key with a different request body.
    OtherBody,
    /// The idempotent request was already answered, and its response is stored.
    Answered(StoredResponse),
}

impl IdempotentRun {
    fn of(key: Key, item: &RequestItem) -> Self {
        let RequestItem { run, batch, reserved, purge_at, .. } = *item;
        Self { key, id: run, purge_at, batch, reserved, written: BTreeMap::new() }
    }

    /// How many people the earlier runs of the idempotent request have invited or added.
    pub fn made(&self) -> usize {
        self.written.values().filter(|outcome| matches!(outcome, InviteEffect::Invited | InviteEffect::Added)).count()
    }

    /// The write that notes which rows of the request a transaction writes. The write of the note is part of the
    /// transaction that writes the rows.
    pub(in crate::store) fn note(
        &self,
        rows: impl Iterator<Item = (usize, InviteEffect)>,
        random: &dyn Random,
    ) -> ConditionalWrite {
        let mut note = TransactionNote { rows: BTreeMap::new(), purge_at: self.purge_at };
        for (row, outcome) in rows {
            note.rows.entry(outcome).or_default().push(row);
        }
        ConditionalWrite::put(&keys::transaction_note(&self.key, self.batch, Some(random.uuid())), note)
    }

    /// An update of the item of the idempotent request. The update succeeds only while this run executes the request.
    fn update(&self) -> ConditionalWrite {
        ConditionalWrite::update(self.key.clone()).expect(equal("run", self.id))
    }
}

impl Store {
    /// Starts a run of an idempotent request, unless another run is executing the request or the request was already
    /// answered. If an earlier run of the idempotent request died, the new run resumes the request.
    pub async fn begin_run(&self, record: &IdempotencyRecord<'_>) -> Result<RunStart> {
        let IdempotencyRecord { caller, scope, key, body, now } = *record;
        let key = keys::idempotent_request(caller, scope, key.as_ref());
        let leased_until = (now + LEASE).as_millisecond();
        let item = RequestItem {
            body: body.to_owned(),
            run: self.random().uuid(),
            leased_until,
            batch: BatchId::random(self.random()),
            reserved: None,
            answer: None,
            purge_at: (now + RETENTION).as_second(),
        };
        let first = ConditionalWrite::put(&key, &item);
        let first = first.expect(any([item_absent(), at_most("purge_at", now.as_second())]));
        if let Written::Done(_) = self.write(first).await? {
            return Ok(RunStart::Begun(IdempotentRun::of(key, &item)));
        }
        let Some(stored) = self.get::<RequestItem>(&key).await? else { return Ok(RunStart::RunningElsewhere) };
        // If the item already shows the result of this run's write, an earlier attempt at the write succeeded and only
        // DynamoDB's reply was lost.
        if stored.run == item.run {
            return Ok(RunStart::Begun(IdempotentRun::of(key, &item)));
        }
        if stored.body != body {
            return Ok(RunStart::OtherBody);
        }
        if let Some(answer) = stored.answer {
            return Ok(RunStart::Answered(answer));
        }
        let takeover = ConditionalWrite::update(key.clone())
            .expect(absent("answer"))
            .expect(any([
                equal("run", item.run),
                all([equal("run", stored.run), at_most("leased_until", now.as_millisecond())]),
            ]))
            .set("run", item.run)
            .set("leased_until", leased_until);
        let Written::Done(taken) = self.write(takeover).await? else { return Ok(RunStart::RunningElsewhere) };
        let mut run = IdempotentRun::of(key, &from_item(taken)?);
        let notes = keys::transaction_note(&run.key, run.batch, None);
        for note in self.query::<TransactionNote>(notes.parts().0, notes.parts().1, usize::MAX).await? {
            let rows =
                note.rows.into_iter().flat_map(|(outcome, rows)| rows.into_iter().map(move |row| (row, outcome)));
            run.written.extend(rows);
        }
        Ok(RunStart::Begun(run))
    }

    /// Reserves up to `n` uses of the rate limit for a run of an idempotent request, and records the reservation in the
    /// same transaction. A run that resumes an interrupted request finds the reservation and reserves nothing more.
    /// Returns the number of reserved uses.
    pub async fn reserve_for(
        &self,
        run: &mut IdempotentRun,
        rate_limit: &RateLimit<'_>,
        n: u32,
        now: Timestamp,
    ) -> Result<u32> {
        let mut count = n.min(rate_limit.most);
        for _ in 0..MAX_WRITE_ATTEMPTS {
            if count == 0 {
                break;
            }
            let reserved = Reservation { count, at: now };
            let note = run.update().expect(absent("reserved")).set("reserved", reserved);
            let transacted = self.transact(vec![rate_limit.consume_write(count, now), note]).await?;
            if let Some(stored) = transacted.refused(1) {
                let stored = from_item::<RequestItem>(stored.clone())?;
                let reservation = stored.reserved.filter(|_| stored.run == run.id).ok_or_else(taken_over)?;
                run.reserved = Some(reservation);
                return Ok(reservation.count);
            }
            if matches!(transacted, Transacted::Done) {
                run.reserved = Some(reserved);
                return Ok(count);
            }
            count = count.min(self.left(rate_limit, now).await?);
        }
        Ok(0)
    }

    /// Ends a run of an idempotent request and stores the run's response. If the run has no response, the next run may
    /// resume the request at once. The same transaction gives back the reserved uses of the quota that the run did not
    /// need.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the response may not have been stored, or if another run has taken over the request.
    pub async fn end_run(
        &self,
        run: &IdempotentRun,
        answer: Option<&StoredResponse>,
        rate_limit: &RateLimit<'_>,
        unused: u32,
    ) -> Result<()> {
        let end = match answer {
            Some(answer) => run.update().set("answer", answer).remove("reserved"),
            None => run.update().set("leased_until", 0).remove("reserved"),
        };
        let Some(reserved) = run.reserved.filter(|_| unused > 0) else {
            return match self.write(end).await? {
                Written::Done(_) => Ok(()),
                Written::Refused => Err(taken_over()),
            };
        };
        let end = end.expect(exists("reserved"));
        let transacted = self.transact(vec![end, rate_limit.give_back_write(unused, reserved.at)]).await?;
        match transacted.refused(0) {
            None => Ok(()),
            // If the item already shows the result of this run's write, an earlier attempt at the write succeeded and
            // only DynamoDB's reply was lost.
            Some(stored) if from_item::<RequestItem>(stored.clone())?.run == run.id => Ok(()),
            Some(_) => Err(taken_over()),
        }
    }

    /// Releases an idempotent request whose run failed. The next run of the request keeps the reserved uses of the
    /// quota and the rows that are already written.
    pub async fn release_run(&self, run: &IdempotentRun) -> Result<()> {
        self.write(run.update().set("leased_until", 0)).await.map(|_| ())
    }
}

fn taken_over() -> Error {
    Error::Unavailable(InternalContext::new("store: another run has taken over the request"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_response_reads_back_and_stores_equal_results_once() {
        let reason = |detail: &str| Some(RowReason::new("invalid_field", detail.to_owned()));
        let rows = [
            (RowOutcome::Invited, None),
            (RowOutcome::Invalid, reason("one")),
            (RowOutcome::Invited, None),
            (RowOutcome::Invalid, reason("two")),
            (RowOutcome::Invalid, reason("one")),
        ];
        let response =
            StoredResponse::of("t".to_owned(), rows.iter().map(|(outcome, reason)| (*outcome, reason.as_ref())));
        assert_eq!((response.results.len(), response.rows.as_str()), (3, "01021"));
        let item = crate::store::items::to_item(&response);
        assert_eq!(from_item::<StoredResponse>(item).unwrap().rows().collect::<Vec<_>>(), rows);
    }
}
