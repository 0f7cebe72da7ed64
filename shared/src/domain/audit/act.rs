//! Who acts, and when.

use jiff::Timestamp;

use crate::domain::UserId;

/// Who changes something, and when: what every entry of the audit log says.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// The user who acts.
    pub actor: UserId,
    /// The time of the change.
    pub at: Timestamp,
}
