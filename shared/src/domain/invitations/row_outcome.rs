//! What the rows of an inviting request come to.

use std::borrow::Cow;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Invited; a mail is on its way.
    Invited,
    /// Was invited within the cooldown: role and message were brought up to date, and no other mail is sent.
    AlreadyInvited,
    /// A member now, without having to accept.
    Added,
    /// Was a member before.
    AlreadyMember,
    /// An earlier row of the request is about the same person.
    Duplicate,
    /// The row can't be read, or such an address can't be invited.
    Invalid,
    /// Above what the inviter may give.
    Forbidden,
    /// The address isn't mailed any more: it bounced or complained.
    Suppressed,
    /// The workspace or company has invited as many as it may today.
    Limited,
    /// Not written: to be sent again.
    Failed,
}

impl Outcome {
    /// Whether the person is invited or a member because of the request.
    pub fn succeeded(self) -> bool {
        matches!(self, Self::Invited | Self::AlreadyInvited | Self::Added)
    }
}

/// Why a row came to what it did: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, in `snake_case`.
    pub code: Cow<'static, str>,
    /// A sentence in plain words.
    pub detail: Cow<'static, str>,
}

impl Reason {
    /// A reason.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), detail: detail.into() }
    }
}

/// The time doesn't lie within what an invitation may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of seconds from 60 to 2592000")]
pub struct InvalidLifetime;

/// How long invitations of a request live: a minute to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(SignedDuration);

impl Lifetime {
    /// A lifetime of so many seconds.
    pub fn of_seconds(seconds: i64) -> Result<Self, InvalidLifetime> {
        let allowed = 60..=30 * 24 * 3600;
        if allowed.contains(&seconds) { Ok(Self(SignedDuration::from_secs(seconds))) } else { Err(InvalidLifetime) }
    }

    /// The lifetime.
    pub fn duration(self) -> SignedDuration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_minute_to_thirty_days() {
        for seconds in [i64::MIN, -60, 0, 59, 2_592_001, i64::MAX] {
            assert_eq!(Lifetime::of_seconds(seconds), Err(InvalidLifetime));
        }
        assert_eq!(Lifetime::of_seconds(60).map(Lifetime::duration), Ok(SignedDuration::from_mins(1)));
        assert_eq!(Lifetime::of_seconds(2_592_000).map(Lifetime::duration), Ok(SignedDuration::from_hours(720)));
    }
}
