//! Limits on attempts that must not be repeated quickly, such as attempts to guess a password or a one-time password.

use crate::{Error, PublicMessage, Result, Usher, domain::RateLimit};

/// A limit on the number of attempts within a time window, for example attempts to give a password. The time window is
/// as long as a one-time password is valid.
pub(in crate::operations) struct AttemptLimit<'a> {
    /// The kind of attempt. Attempts of different kinds, for example passwords and one-time passwords, are counted
    /// separately.
    pub(in crate::operations) kind: &'static str,
    /// The subject whose attempts are counted, for example an address.
    pub(in crate::operations) subject: &'a str,
    /// The largest number of attempts within a time window.
    pub(in crate::operations) max: u32,
    /// The message of the error that the caller gets when no attempt is left.
    pub(in crate::operations) message: &'static str,
}

impl Usher {
    /// Counts an attempt of a limit's subject before the attempt is made.
    ///
    /// # Errors
    /// [`Error::TooMany`] if no attempt is left.
    pub(in crate::operations) async fn count_attempt(&self, limit: &AttemptLimit<'_>) -> Result<()> {
        let rate_limit = self.rate_limit(limit);
        let now = self.now();
        if self.store.reserve(&rate_limit, 1, now).await? == 1 {
            return Ok(());
        }
        let public = PublicMessage::new("too_many_attempts", limit.message);
        Err(Error::TooMany { public, retry_after: rate_limit.left(now) })
    }

    /// Takes back the count of an attempt that succeeded, so that only failed attempts count.
    pub(in crate::operations) async fn give_back_attempt(&self, limit: &AttemptLimit<'_>) -> Result<()> {
        self.store.give_back(&self.rate_limit(limit), 1, self.now()).await
    }

    fn rate_limit<'a>(&self, limit: &AttemptLimit<'a>) -> RateLimit<'a> {
        let AttemptLimit { kind, subject, max, .. } = *limit;
        RateLimit { kind, subject, window: self.parameters.otp_ttl, most: max }
    }
}
