//! [`MailedRecord`].

use crate::domain::{Identifier, PersonId, Scope};

/// The record that a mail was about, and which version of it. The tags of the mail carry this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedRecord {
    /// The workspace or company that the recipient was invited or added to.
    pub scope: Scope,
    /// The recipient.
    pub identifier: Identifier,
    /// The record's public id.
    pub person_id: PersonId,
    /// The version of the invitation that was mailed.
    pub version: u32,
}
