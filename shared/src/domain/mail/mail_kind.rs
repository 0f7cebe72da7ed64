//! [`MailKind`]: whether a mail invites a person or says that the person is a member.

use serde::{Deserialize, Serialize};

/// The kind of mail that a person receives about a workspace or company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MailKind {
    /// A mail with an invitation and the link by which the person accepts the invitation.
    Invitation,
    /// A mail with the news that the person is a member.
    Added,
}
