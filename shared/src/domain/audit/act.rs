//! [`Act`]: which user makes a change, and when.

use jiff::Timestamp;

use crate::domain::UserId;

/// The user who makes a change, and the time of the change. Every entry of the audit log contains the user who made the
/// change and the time of the change.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// The user who makes the change.
    pub actor: UserId,
    /// The time of the change.
    pub at: Timestamp,
}
