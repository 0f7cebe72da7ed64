//! Counting the requests of a company, for contracts that limit how many requests a company may send in a minute.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, Usher, domain::RateLimit, operations::Caller};

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// How many requests a company may still send in the current minute.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitStatus {
    /// Whether the company's limit admits the request that was just counted.
    pub admitted: bool,
    /// How many further requests the company may send in the current minute.
    pub remaining: u32,
    /// When the next minute starts, in which the company has its whole number of requests again.
    pub resets_at: Timestamp,
    /// The time until the next minute starts, in which the company has its whole number of requests again.
    pub resets_in: SignedDuration,
}

impl Usher {
    /// Counts a request of the caller's company, which may send `max` requests in a minute.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store fails.
    pub async fn count_request(&self, caller: &Caller, max: u32) -> Result<RateLimitStatus> {
        let now = self.now();
        let company = caller.company.to_string();
        let limit = RateLimit { kind: "requests", subject: &company, window: WINDOW, most: max };
        let remaining = self.store.spend(&limit, now).await?;
        let resets_in = limit.left(now);
        Ok(RateLimitStatus {
            admitted: remaining.is_some(),
            remaining: remaining.unwrap_or_default(),
            resets_at: Timestamp::from_second(now.as_second() + resets_in.as_secs()).unwrap_or(now),
            resets_in,
        })
    }
}
