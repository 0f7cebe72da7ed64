//! SES's limit of recipients in a second.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use http::StatusCode;
use serde::Serialize;

use super::error::SesError;

/// How many recipients SES accepts in a second: a token bucket that holds the tokens of one second.
#[derive(Debug)]
pub(crate) struct SendingRate {
    /// The number of tokens that the token bucket gains in a second, and also the most tokens that it holds.
    pub(super) per_second: f64,
    bucket: Mutex<Bucket>,
}

/// The bucket of a sending rate.
#[derive(Debug)]
struct Bucket {
    /// The tokens that the bucket held at the moment `at`.
    tokens: f64,
    at: Instant,
    counts: SendingCounts,
}

/// How many recipients SES has accepted and refused because of the sending rate, since the start or the last reset.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct SendingCounts {
    accepted: usize,
    throttled: usize,
}

impl Bucket {
    fn full(tokens: f64) -> Self {
        Self { tokens, at: Instant::now(), counts: SendingCounts::default() }
    }
}

impl SendingRate {
    /// A full token bucket for `per_second` recipients in a second.
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, bucket: Mutex::new(Bucket::full(per_second)) }
    }

    /// Fills the token bucket of the sending rate, and sets the counts to zero.
    pub(crate) fn refill(&self) {
        *self.bucket() = Bucket::full(self.per_second);
    }

    /// How many recipients SES has accepted and refused because of the sending rate.
    pub(crate) fn counts(&self) -> SendingCounts {
        self.bucket().counts
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a token from the bucket for each recipient of a call.
    ///
    /// # Errors
    /// SES's `TooManyRequestsException`, if the bucket holds too few tokens. A refused call takes no tokens from the
    /// bucket.
    pub(super) fn take(&self, recipients: usize, now: Instant) -> Result<(), SesError> {
        let needed = f64::from(u32::try_from(recipients).unwrap_or(u32::MAX));
        let mut bucket = self.bucket();
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = self.per_second.min(bucket.tokens + since * self.per_second);
        bucket.at = now;
        if needed > bucket.tokens {
            bucket.counts.throttled += recipients;
            let message = "Maximum sending rate exceeded.".to_owned();
            return Err(SesError { status: StatusCode::TOO_MANY_REQUESTS, name: "TooManyRequestsException", message });
        }
        bucket.tokens -= needed;
        bucket.counts.accepted += recipients;
        Ok(())
    }
}
