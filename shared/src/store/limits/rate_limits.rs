//! Rate limits: a limited number of uses in a window of time. Concurrent requests cannot exceed a limit. If a
//! transaction counts a use, the use is counted exactly once even if DynamoDB's reply is lost, because DynamoDB
//! recognises a transaction that the SDK repeats.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{Cooldown, RateLimit},
    store::{
        Store,
        condition::{any, at_most, equal, item_absent},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        transact::Transacted,
    },
};

/// The largest number of attempts to reserve uses of a rate limit if other requests' reservations conflict.
const MAX_RESERVATION_ATTEMPTS: u32 = 8;

impl Cooldown<'_> {
    fn key(&self) -> keys::Key {
        keys::counter(self.kind, &keys::digest(self.subject), 0)
    }
}

/// The item of the table that counts the uses of a rate limit in one time window.
#[derive(Deserialize)]
struct Counter {
    used: i64,
}

impl RateLimit<'_> {
    fn key(&self, now: Timestamp) -> keys::Key {
        keys::counter(self.kind, &keys::digest(self.subject), self.window_number(now))
    }

    /// When DynamoDB may delete the counter of the window that `now` belongs to, in seconds since the epoch: one
    /// window's length after the end of that window.
    fn purge_at(&self, now: Timestamp) -> i64 {
        (self.window_number(now) + 2) * self.window.as_secs()
    }

    /// The write that gives back `n` uses of the rate limit that were counted at the time `counted`. If TTL has already
    /// deleted the counter, this write creates a stale counter. The window of that counter is over, so the counter is
    /// harmless.
    pub(in crate::store) fn give_back_write(&self, n: u32, counted: Timestamp) -> ConditionalWrite {
        let write = ConditionalWrite::update(self.key(counted)).add("used", -i64::from(n));
        write.set("purge_at", self.purge_at(counted))
    }

    /// The write that counts `n` uses of the rate limit, and succeeds only if `n` uses remain.
    pub(in crate::store) fn consume_write(&self, n: u32, now: Timestamp) -> ConditionalWrite {
        let max_used_before = i64::from(self.most) - i64::from(n);
        // The first use in a time window creates the counter of the rate limit. `n` is never above the limit, so the
        // first use always fits.
        ConditionalWrite::update(self.key(now))
            .expect(any([item_absent(), at_most("used", max_used_before)]))
            .add("used", n)
            .set("purge_at", self.purge_at(now))
    }
}

impl Store {
    /// Reserves up to `n` uses of the rate limit. Each attempt at the reservation is one conditional update. Returns
    /// the number of reserved uses.
    pub async fn reserve(&self, rate_limit: &RateLimit<'_>, n: u32, now: Timestamp) -> Result<u32> {
        let mut count = n.min(rate_limit.most);
        for _ in 0..MAX_RESERVATION_ATTEMPTS {
            if count == 0 {
                break;
            }
            if let Transacted::Done = self.transact(vec![rate_limit.consume_write(count, now)]).await? {
                return Ok(count);
            }
            count = count.min(self.left(rate_limit, now).await?);
        }
        Ok(0)
    }

    /// The number of uses of the rate limit that remain in the current window.
    pub async fn left(&self, rate_limit: &RateLimit<'_>, now: Timestamp) -> Result<u32> {
        let used = self.get::<Counter>(&rate_limit.key(now)).await?.map_or(0, |counter| counter.used.max(0));
        Ok(rate_limit.most.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)))
    }

    /// Counts one use of the rate limit. Returns the number of uses that remain, or `None` if the limit was already
    /// used up. If DynamoDB's reply to the count is lost, the use may be counted twice.
    pub async fn spend(&self, rate_limit: &RateLimit<'_>, now: Timestamp) -> Result<Option<u32>> {
        let Written::Done(item) = self.write(rate_limit.consume_write(1, now)).await? else { return Ok(None) };
        let used = from_item::<Counter>(item)?.used;
        Ok(Some(rate_limit.most.saturating_sub(u32::try_from(used).unwrap_or_default())))
    }

    /// Gives back uses of the rate limit that a request reserved and did not need.
    pub async fn give_back(&self, rate_limit: &RateLimit<'_>, n: u32, now: Timestamp) -> Result<()> {
        self.transact(vec![rate_limit.give_back_write(n, now).if_present()]).await.map(|_| ())
    }

    /// Starts a use under a cooldown. Returns `false` if the last use was less than the minimum interval ago.
    pub async fn take_turn(&self, cooldown: &Cooldown<'_>) -> Result<bool> {
        let write = ConditionalWrite::update(cooldown.key())
            // If DynamoDB's reply is lost, the SDK repeats the write. The repeated write finds the id of its own
            // attempt in the cooldown's item, and therefore succeeds.
            .expect(any([
                item_absent(),
                at_most("taken_at", cooldown.last_allowed().as_millisecond()),
                equal("taken_by", cooldown.attempt),
            ]))
            .set("taken_at", cooldown.now.as_millisecond())
            .set("taken_by", cooldown.attempt)
            .set("purge_at", (cooldown.now + cooldown.every * 2).as_second());
        Ok(matches!(self.write(write).await?, Written::Done(_)))
    }

    /// Undoes the start of a use that failed, so that the use may be started again at once.
    pub async fn give_turn_back(&self, cooldown: &Cooldown<'_>) -> Result<()> {
        let write =
            ConditionalWrite::update(cooldown.key()).expect(equal("taken_by", cooldown.attempt)).set("taken_at", 0);
        self.write(write).await.map(|_| ())
    }
}
