//! The outcomes of the rows of an inviting request, the reasons for these outcomes, and the lifetime of invitations.

use std::borrow::Cow;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The outcome of one row of an inviting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RowOutcome {
    /// The row's person is invited, and gets a mail if the row asks for a mail.
    Invited,
    /// The service mailed the invited person less than one cooldown ago. The inviting row only updated the invitation's
    /// role and message, and the service sends no other mail.
    AlreadyInvited,
    /// The row's person became a member without having to accept an invitation, or was a member and joined more groups.
    Added,
    /// The row's person was a member before the request, and the row changed nothing.
    AlreadyMember,
    /// An earlier row of the same inviting request names the same person.
    Duplicate,
    /// The inviting row has a mistake, or the row's address can't be invited.
    Invalid,
    /// The inviter has no right to give the row's role or the row's groups.
    Forbidden,
    /// Usher doesn't mail the row's address any more, because a mail to the address bounced or the address's owner
    /// complained.
    Suppressed,
    /// The workspace's or company's daily quota of invitations is used up.
    Limited,
    /// The service could not write the row's change to the table. The caller may send the row again.
    Failed,
}

impl RowOutcome {
    /// Whether this outcome means that the row's person is invited or has become a member because of the inviting
    /// request.
    pub fn succeeded(self) -> bool {
        matches!(self, Self::Invited | Self::AlreadyInvited | Self::Added)
    }
}

/// The reason for the outcome of an inviting row: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RowReason {
    /// The stable code of the reason, in `snake_case`.
    pub code: Cow<'static, str>,
    /// The sentence that explains the reason's code to people.
    pub detail: Cow<'static, str>,
}

impl RowReason {
    /// Makes the reason for a row's outcome from its code and its sentence.
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
    /// Makes a lifetime of invitations from a number of seconds.
    ///
    /// # Errors
    /// [`InvalidLifetime`] for less than a minute or more than 30 days.
    pub fn of_seconds(seconds: i64) -> Result<Self, InvalidLifetime> {
        let allowed = 60..=30 * 24 * 3600;
        if allowed.contains(&seconds) { Ok(Self(SignedDuration::from_secs(seconds))) } else { Err(InvalidLifetime) }
    }

    /// The lifetime of invitations as a duration.
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
