//! SES's limit of recipients in a second.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use http::StatusCode;

use super::error::SesError;

/// How many recipients SES accepts in a second: a token bucket that holds the tokens of one second.
#[derive(Debug)]
pub(crate) struct SendingRate {
    /// The number of tokens that the token bucket gains in a second, and also the most tokens that it holds.
    pub(super) per_second: f64,
    /// The number of tokens that the token bucket held at the given moment.
    bucket: Mutex<(f64, Instant)>,
}

impl SendingRate {
    /// A full token bucket for `per_second` recipients in a second.
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, bucket: Mutex::new((per_second, Instant::now())) }
    }

    /// Fills the token bucket of SES's sending rate completely.
    pub(crate) fn refill(&self) {
        *self.bucket.lock().unwrap_or_else(PoisonError::into_inner) = (self.per_second, Instant::now());
    }

    /// Takes a token from the bucket for each recipient of a call.
    ///
    /// # Errors
    /// SES's `TooManyRequestsException`, if the bucket holds too few tokens. A refused call takes no tokens from the
    /// bucket.
    pub(super) fn take(&self, recipients: usize, now: Instant) -> Result<(), SesError> {
        let recipients = f64::from(u32::try_from(recipients).unwrap_or(u32::MAX));
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.saturating_duration_since(bucket.1).as_secs_f64();
        let tokens = self.per_second.min(bucket.0 + since * self.per_second);
        *bucket = (tokens, now);
        if recipients > tokens {
            let message = "Maximum sending rate exceeded.".to_owned();
            return Err(SesError { status: StatusCode::TOO_MANY_REQUESTS, name: "TooManyRequestsException", message });
        }
        bucket.0 -= recipients;
        Ok(())
    }
}
