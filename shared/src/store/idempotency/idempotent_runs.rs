//! Requests that their client named, so that sending them again is safe: who has one in hand, what its transactions wrote,
//! and what was answered.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Internal, Result,
    domain::{BatchId, IdempotencyKey, InviteEffect, Outcome, Random, Reason, Scope, UserId},
    store::{
        RateLimit, Store,
        condition::{absent, all, any, at_most, equal, exists, item_absent},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys::{self, Key},
        retry::TRIES,
        transact::Transacted,
    },
};

/// A run that is silent for so long is dead: the gateway gives up at 30 s, and nothing is written after 28 s.
const LEASE: SignedDuration = SignedDuration::from_secs(35);

/// For so long the same key gets the same answer.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A request about to be run.
#[derive(Debug)]
pub struct IdempotencyRecord<'a> {
    /// By whom.
    pub caller: UserId,
    /// To what.
    pub of: Scope,
    /// The name.
    pub key: &'a IdempotencyKey,
    /// A digest of what was sent.
    pub body: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What a key stands for.
#[derive(Debug, Serialize, Deserialize)]
struct Named {
    body: String,
    /// Which run has it in hand, and until when.
    run: Uuid,
    leased_until: i64,
    /// What marks the people that it invites, whichever run writes them.
    batch: BatchId,
    reserved: Option<Reservation>,
    answer: Option<StoredResponse>,
    purge_at: i64,
}

/// What was reserved of what may be invited in a day.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Reservation {
    /// How many.
    pub count: u32,
    /// When, and so in which window.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// An answer, kept to be given again. What many rows came to is kept once.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredResponse {
    /// By which support finds the request that was answered so.
    pub trace_id: String,
    told: Vec<(Outcome, Option<Reason>)>,
    /// For each row a character: its place in `told`, counted from `0`.
    rows: String,
}

impl StoredResponse {
    /// Keeps what the rows came to, in order.
    pub fn of<'a>(trace_id: String, rows: impl Iterator<Item = (Outcome, Option<&'a Reason>)>) -> Self {
        let mut told: Vec<(Outcome, Option<Reason>)> = Vec::new();
        let rows = rows.map(|(outcome, reason)| {
            let known = told.iter().position(|(other, because)| *other == outcome && because.as_ref() == reason);
            let place = known.unwrap_or_else(|| {
                told.push((outcome, reason.cloned()));
                told.len() - 1
            });
            u32::try_from(place).ok().and_then(|place| char::from_u32(u32::from('0') + place)).unwrap_or('0')
        });
        let rows = rows.collect();
        Self { trace_id, told, rows }
    }

    /// What the rows came to, in order.
    pub fn rows(&self) -> impl Iterator<Item = (Outcome, Option<Reason>)> {
        let places = self.rows.chars().map(|place| u32::from(place).saturating_sub(u32::from('0')) as usize);
        places.map(|place| self.told.get(place).cloned().unwrap_or((Outcome::Failed, None)))
    }
}

/// What a transaction of a run wrote.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    rows: BTreeMap<InviteEffect, Vec<usize>>,
    purge_at: i64,
}

/// A run that has a named request in hand.
#[derive(Debug)]
pub struct IdempotentRun {
    key: Key,
    id: Uuid,
    purge_at: i64,
    /// What marks the people that it invites.
    pub batch: BatchId,
    /// What is reserved for it.
    pub reserved: Option<Reservation>,
    /// What rows came to that an earlier run wrote, by their index.
    pub written: BTreeMap<usize, InviteEffect>,
}

/// What beginning a named request comes to.
#[derive(Debug)]
pub enum RunStart {
    /// It is the caller's to run, or to go on with.
    IdempotentRun(IdempotentRun),
    /// Somebody else runs it.
    Running,
    /// The name was given to something else.
    OtherBody,
    /// It was answered.
    Answered(StoredResponse),
}

impl IdempotentRun {
    fn of(key: Key, named: &Named) -> Self {
        let Named { run, batch, reserved, purge_at, .. } = *named;
        Self { key, id: run, purge_at, batch, reserved, written: BTreeMap::new() }
    }

    /// How many people earlier runs invited or added.
    pub fn made(&self) -> usize {
        self.written.values().filter(|outcome| matches!(outcome, InviteEffect::Invited | InviteEffect::Added)).count()
    }

    /// The write that notes what the rows of a transaction come to with it.
    pub(in crate::store) fn note(
        &self,
        rows: impl Iterator<Item = (usize, InviteEffect)>,
        random: &dyn Random,
    ) -> ConditionalWrite {
        let mut noted = Noted { rows: BTreeMap::new(), purge_at: self.purge_at };
        for (row, outcome) in rows {
            noted.rows.entry(outcome).or_default().push(row);
        }
        ConditionalWrite::put(&keys::noted(&self.key, self.batch, Some(random.uuid())), noted)
    }

    /// An update of the request's record, which succeeds only while this run has the request in hand.
    fn update(&self) -> ConditionalWrite {
        ConditionalWrite::update(self.key.clone()).expect(equal("run", self.id))
    }
}

impl Store {
    /// Takes a named request in hand, unless it is another's or answered. One whose run died is gone on with.
    pub async fn begin_run(&self, naming: &IdempotencyRecord<'_>, random: &dyn Random) -> Result<RunStart> {
        let IdempotencyRecord { caller, of, key, body, now } = *naming;
        let key = keys::named(caller, of, key.as_ref());
        let leased_until = (now + LEASE).as_millisecond();
        let named = Named {
            body: body.to_owned(),
            run: random.uuid(),
            leased_until,
            batch: BatchId::random(random),
            reserved: None,
            answer: None,
            purge_at: (now + KEPT).as_second(),
        };
        let first = ConditionalWrite::put(&key, &named);
        let first = first.expect(any([item_absent(), at_most("purge_at", now.as_second())]));
        if let Written::Done(_) = self.write(first).await? {
            return Ok(RunStart::IdempotentRun(IdempotentRun::of(key, &named)));
        }
        let Some(there) = self.get::<Named>(&key).await? else { return Ok(RunStart::Running) };
        // Its own write, of which only the reply was lost.
        if there.run == named.run {
            return Ok(RunStart::IdempotentRun(IdempotentRun::of(key, &named)));
        }
        if there.body != body {
            return Ok(RunStart::OtherBody);
        }
        if let Some(answer) = there.answer {
            return Ok(RunStart::Answered(answer));
        }
        let hold = ConditionalWrite::update(key.clone())
            .expect(absent("answer"))
            .expect(any([
                equal("run", named.run),
                all([equal("run", there.run), at_most("leased_until", now.as_millisecond())]),
            ]))
            .set("run", named.run)
            .set("leased_until", leased_until);
        let Written::Done(taken) = self.write(hold).await? else { return Ok(RunStart::Running) };
        let mut run = IdempotentRun::of(key, &from_item(taken)?);
        let notes = keys::noted(&run.key, run.batch, None);
        for noted in self.query::<Noted>(notes.parts().0, notes.parts().1, usize::MAX).await? {
            let rows =
                noted.rows.into_iter().flat_map(|(outcome, rows)| rows.into_iter().map(move |row| (row, outcome)));
            run.written.extend(rows);
        }
        Ok(RunStart::IdempotentRun(run))
    }

    /// Reserves up to `n` uses for a run, and notes it in the same transaction: a run that goes on reserves nothing again.
    /// Answers how many.
    pub async fn reserve_for(
        &self,
        run: &mut IdempotentRun,
        brake: &RateLimit<'_>,
        n: u32,
        now: Timestamp,
    ) -> Result<u32> {
        let mut wanted = n.min(brake.most);
        for _ in 0..TRIES {
            if wanted == 0 {
                break;
            }
            let reserved = Reservation { count: wanted, at: now };
            let note = run.update().expect(absent("reserved")).set("reserved", reserved);
            let transacted = self.transact(vec![brake.take(wanted, now), note]).await?;
            if let Some(there) = transacted.refused(1) {
                let there = from_item::<Named>(there.clone())?;
                let own = there.reserved.filter(|_| there.run == run.id).ok_or_else(taken_over)?;
                run.reserved = Some(own);
                return Ok(own.count);
            }
            if matches!(transacted, Transacted::Done) {
                run.reserved = Some(reserved);
                return Ok(wanted);
            }
            wanted = wanted.min(self.left(brake, now).await?);
        }
        Ok(0)
    }

    /// Ends a run with its answer, or without one: then the next to come goes on. What was reserved and not used is given
    /// back in the same transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the answer isn't known to be kept.
    pub async fn end_run(
        &self,
        run: &IdempotentRun,
        answer: Option<&StoredResponse>,
        brake: &RateLimit<'_>,
        unused: u32,
    ) -> Result<()> {
        let change = match answer {
            Some(answer) => run.update().set("answer", answer).remove("reserved"),
            None => run.update().set("leased_until", 0).remove("reserved"),
        };
        let Some(reserved) = run.reserved.filter(|_| unused > 0) else {
            return match self.write(change).await? {
                Written::Done(_) => Ok(()),
                Written::Refused => Err(taken_over()),
            };
        };
        let change = change.expect(exists("reserved"));
        let transacted = self.transact(vec![change, brake.less(unused, reserved.at)]).await?;
        match transacted.refused(0) {
            None => Ok(()),
            // Its own write, of which only the reply was lost.
            Some(there) if from_item::<Named>(there.clone())?.run == run.id => Ok(()),
            Some(_) => Err(taken_over()),
        }
    }

    /// Lets go of a request that failed: the next to come goes on with what is reserved and written.
    pub async fn let_go(&self, run: &IdempotentRun) -> Result<()> {
        self.write(run.update().set("leased_until", 0)).await.map(|_| ())
    }
}

fn taken_over() -> Error {
    Error::Unavailable(Internal::new("store: another run has the request in hand"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_answer_reads_back_and_keeps_what_is_alike_once() {
        let reason = |detail: &str| Some(Reason::new("invalid_field", detail.to_owned()));
        let rows = [
            (Outcome::Invited, None),
            (Outcome::Invalid, reason("one")),
            (Outcome::Invited, None),
            (Outcome::Invalid, reason("two")),
            (Outcome::Invalid, reason("one")),
        ];
        let kept = StoredResponse::of("t".to_owned(), rows.iter().map(|(outcome, reason)| (*outcome, reason.as_ref())));
        assert_eq!((kept.told.len(), kept.rows.as_str()), (3, "01021"));
        let item = crate::store::items::to_item(&kept);
        assert_eq!(from_item::<StoredResponse>(item).unwrap().rows().collect::<Vec<_>>(), rows);
    }
}
