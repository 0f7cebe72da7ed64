//! Brakes: what may happen only so often in a window of time, counted exactly however many ask at once and whatever reply
//! is lost: a transaction that the SDK tries again is written once.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Result,
    store::{
        Store,
        condition::{any, at_most, equal, item_absent},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        transact::Transacted,
    },
};

/// How often a reservation that met others is tried.
const TRIES: u32 = 8;

/// Something that may happen only so often.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit<'a> {
    /// What is counted.
    pub kind: &'static str,
    /// Whose.
    pub subject: &'a str,
    /// In windows of this length, which begin at multiples of it since the epoch.
    pub window: SignedDuration,
    /// How often in one window.
    pub most: u32,
}

/// Something that may be done again only after a while.
#[derive(Debug, Clone, Copy)]
pub struct Cooldown<'a> {
    /// What is done.
    pub kind: &'static str,
    /// For whom.
    pub subject: &'a str,
    /// After how long again.
    pub every: SignedDuration,
    /// When.
    pub now: Timestamp,
    /// Names this attempt, so that it knows its own work if only the reply was lost.
    pub attempt: Uuid,
}

impl Cooldown<'_> {
    fn key(&self) -> keys::Key {
        keys::counter(self.kind, &keys::digest(self.subject), 0)
    }
}

/// What a brake's item counts.
#[derive(Deserialize)]
struct Counter {
    used: i64,
}

impl<'a> RateLimit<'a> {
    /// Of the mails, one-time passwords apart, that an address gets in a day.
    pub fn mails(address: &'a str, most: u32) -> Self {
        Self { kind: "mails", subject: address, window: SignedDuration::from_hours(24), most }
    }
}

impl RateLimit<'_> {
    fn number(&self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.window.as_secs().max(1))
    }

    fn key(&self, now: Timestamp) -> keys::Key {
        keys::counter(self.kind, &keys::digest(self.subject), self.number(now))
    }

    /// How long until the next window begins.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        let window = self.window.as_secs().max(1);
        SignedDuration::from_secs(window - now.as_second().rem_euclid(window))
    }

    /// The write that takes back `n` uses, which were counted at this time. Of a window that is over there may be no item left:
    /// what is made then counts for nobody.
    pub(in crate::store) fn less(&self, n: u32, counted: Timestamp) -> ConditionalWrite {
        let purge_at = (self.number(counted) + 2) * self.window.as_secs();
        ConditionalWrite::update(self.key(counted)).add("used", -i64::from(n)).set("purge_at", purge_at)
    }

    /// The write that counts `n` uses, if so many are left.
    pub(in crate::store) fn take(&self, n: u32, now: Timestamp) -> ConditionalWrite {
        let purge_at = (self.number(now) + 2) * self.window.as_secs();
        let room = i64::from(self.most) - i64::from(n);
        // A window in which nobody counted yet has no item. `n` is never above `most`, so that the first count fits.
        ConditionalWrite::update(self.key(now))
            .expect(any([item_absent(), at_most("used", room)]))
            .add("used", n)
            .set("purge_at", purge_at)
    }
}

impl Store {
    /// Reserves up to `n` uses with one conditional update. Answers how many were left to reserve.
    pub async fn reserve(&self, brake: &RateLimit<'_>, n: u32, now: Timestamp) -> Result<u32> {
        let mut wanted = n.min(brake.most);
        for _ in 0..TRIES {
            if wanted == 0 {
                break;
            }
            if let Transacted::Done = self.transact(vec![brake.take(wanted, now)]).await? {
                return Ok(wanted);
            }
            wanted = wanted.min(self.left(brake, now).await?);
        }
        Ok(0)
    }

    /// How many uses are left.
    pub async fn left(&self, brake: &RateLimit<'_>, now: Timestamp) -> Result<u32> {
        let used = self.get::<Counter>(&brake.key(now)).await?.map_or(0, |counter| counter.used.max(0));
        Ok(brake.most.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)))
    }

    /// Counts one use. Answers how many are left after it; `None` if none was left. If a reply is lost it may count twice.
    pub async fn spend(&self, brake: &RateLimit<'_>, now: Timestamp) -> Result<Option<u32>> {
        let Written::Done(item) = self.write(brake.take(1, now)).await? else { return Ok(None) };
        let used = from_item::<Counter>(item)?.used;
        Ok(Some(brake.most.saturating_sub(u32::try_from(used).unwrap_or_default())))
    }

    /// Gives back uses that were reserved and not made.
    pub async fn give_back(&self, brake: &RateLimit<'_>, n: u32, now: Timestamp) -> Result<()> {
        self.transact(vec![brake.less(n, now).if_present()]).await.map(|_| ())
    }

    /// Takes the turn of what may be done again only after a while. `false` if it was taken less than that ago.
    pub async fn take_turn(&self, turn: &Cooldown<'_>) -> Result<bool> {
        let earlier = turn.now - turn.every;
        let change = ConditionalWrite::update(turn.key())
            // If a reply is lost, the SDK sends the write again and finds this attempt itself.
            .expect(any([
                item_absent(),
                at_most("taken_at", earlier.as_millisecond()),
                equal("taken_by", turn.attempt),
            ]))
            .set("taken_at", turn.now.as_millisecond())
            .set("taken_by", turn.attempt)
            .set("purge_at", (turn.now + turn.every * 2).as_second());
        Ok(matches!(self.write(change).await?, Written::Done(_)))
    }

    /// Gives back a turn that came to nothing.
    pub async fn give_turn_back(&self, turn: &Cooldown<'_>) -> Result<()> {
        let change = ConditionalWrite::update(turn.key()).expect(equal("taken_by", turn.attempt)).set("taken_at", 0);
        self.write(change).await.map(|_| ())
    }
}
