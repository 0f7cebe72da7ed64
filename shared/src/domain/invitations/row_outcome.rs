//! The outcomes of the rows of an inviting request, the reasons for them, and the lifetime of invitations.

use std::borrow::Cow;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The outcome of one row of an inviting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RowOutcome {
    /// The person is invited, and gets a mail if the row asks for one.
    Invited,
    /// The person was mailed within the cooldown. Role and message were updated, and no other mail is sent.
    AlreadyInvited,
    /// The person became a member without having to accept, or a member joined more groups.
    Added,
    /// The person was a member before.
    AlreadyMember,
    /// An earlier row of the request names the same person.
    Duplicate,
    /// The row has a mistake, or its address can't be invited.
    Invalid,
    /// The inviter has no right to give the role or the groups.
    Forbidden,
    /// Usher doesn't mail the address any more, because a mail bounced or its owner complained.
    Suppressed,
    /// The daily quota of the workspace or company is used up.
    Limited,
    /// The row was not written. The caller may send it again.
    Failed,
}

impl RowOutcome {
    /// Whether the person is invited or a member because of this request.
    pub fn succeeded(self) -> bool {
        matches!(self, Self::Invited | Self::AlreadyInvited | Self::Added)
    }
}

/// The reason for an outcome: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// A stable code in `snake_case`.
    pub code: Cow<'static, str>,
    /// A sentence that explains the code to people.
    pub detail: Cow<'static, str>,
}

impl Reason {
    /// A reason with this code and this sentence.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), detail: detail.into() }
    }
}

/// The number of seconds is not an allowed lifetime of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of seconds from 60 to 2592000")]
pub struct InvalidLifetime;

/// How long the invitations of a request are valid: from one minute to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(SignedDuration);

impl Lifetime {
    /// A lifetime in seconds.
    ///
    /// # Errors
    /// [`InvalidLifetime`] for less than a minute or more than 30 days.
    pub fn of_seconds(seconds: i64) -> Result<Self, InvalidLifetime> {
        let allowed = 60..=30 * 24 * 3600;
        if allowed.contains(&seconds) { Ok(Self(SignedDuration::from_secs(seconds))) } else { Err(InvalidLifetime) }
    }

    /// The lifetime as a duration.
    pub fn duration(self) -> SignedDuration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_lies_between_one_minute_and_thirty_days() {
        for seconds in [i64::MIN, -60, 0, 59, 2_592_001, i64::MAX] {
            assert_eq!(Lifetime::of_seconds(seconds), Err(InvalidLifetime));
        }
        assert_eq!(Lifetime::of_seconds(60).map(Lifetime::duration), Ok(SignedDuration::from_mins(1)));
        assert_eq!(Lifetime::of_seconds(2_592_000).map(Lifetime::duration), Ok(SignedDuration::from_hours(720)));
    }
}
