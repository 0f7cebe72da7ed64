//! [`Cooldown`]: a minimum interval between two uses of the same thing, for example between two mails to one person.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A minimum interval between two uses of the same kind by one subject, for example between two mails to one person.
#[derive(Debug, Clone, Copy)]
pub struct Cooldown<'a> {
    /// The kind of use that is limited, for example the mailing of an invitation.
    pub kind: &'static str,
    /// The subject whose uses the cooldown limits, for example a person.
    pub subject: &'a str,
    /// The minimum interval between two uses under the cooldown.
    pub every: SignedDuration,
    /// The current time, from which the cooldown looks back to the last use.
    pub now: Timestamp,
    /// The id of this attempt to start the use. If the reply to the write is lost, the repeated write recognises the
    /// first write by this id.
    pub attempt: Uuid,
}

impl Cooldown<'_> {
    /// The cooldown allows the next use now if the last use was at this time or earlier.
    pub fn last_allowed(&self) -> Timestamp {
        self.now - self.every
    }
}
