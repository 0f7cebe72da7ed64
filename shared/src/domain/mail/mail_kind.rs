//! [`MailKind`].

use serde::{Deserialize, Serialize};

/// The kind of mail that a person receives about a workspace or company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MailKind {
    /// An invitation, with a link that accepts it.
    Invitation,
    /// The news that the person is a member.
    Added,
}
