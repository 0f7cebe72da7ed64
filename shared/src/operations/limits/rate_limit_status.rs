//! How often a company's programs may call.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, Usher, operations::Caller, store::RateLimit};

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// What is left of a company's requests in this minute.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitStatus {
    /// Whether this request was still among them.
    pub admitted: bool,
    /// How many are left after it.
    pub left: u32,
    /// When the next minute begins.
    pub resets_at: Timestamp,
    /// How long until then.
    pub resets_in: SignedDuration,
}

impl Usher {
    /// Counts a request of the caller's company, of which it may make `most` a minute.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn meter(&self, caller: &Caller, most: u32) -> Result<RateLimitStatus> {
        let now = self.now();
        let company = caller.company.to_string();
        let brake = RateLimit { kind: "requests", subject: &company, window: WINDOW, most };
        let left = self.store.spend(&brake, now).await?;
        let resets_in = brake.left(now);
        Ok(RateLimitStatus {
            admitted: left.is_some(),
            left: left.unwrap_or_default(),
            resets_at: Timestamp::from_second(now.as_second() + resets_in.as_secs()).unwrap_or(now),
            resets_in,
        })
    }
}
