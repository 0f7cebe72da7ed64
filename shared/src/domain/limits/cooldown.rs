//! [`Cooldown`]: a minimum interval between two uses.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A minimum interval between two uses.
#[derive(Debug, Clone, Copy)]
pub struct Cooldown<'a> {
    /// The kind of use that is limited.
    pub kind: &'static str,
    /// The subject whose uses are limited.
    pub subject: &'a str,
    /// The minimum interval between two uses.
    pub every: SignedDuration,
    /// The current time.
    pub now: Timestamp,
    /// The id of this attempt to start the use. If the reply to the write is lost, the repeated write recognises the
    /// first write by this id.
    pub attempt: Uuid,
}

impl Cooldown<'_> {
    /// The latest time of a last use that allows the next use now.
    pub fn last_allowed(&self) -> Timestamp {
        self.now - self.every
    }
}
