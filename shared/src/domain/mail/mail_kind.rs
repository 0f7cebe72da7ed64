//! The kinds of mail that people of a workspace or company get.

use serde::{Deserialize, Serialize};

/// Which mail a person gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MailKind {
    /// An invitation, with a link.
    Invitation,
    /// The news of being a member.
    Added,
}
