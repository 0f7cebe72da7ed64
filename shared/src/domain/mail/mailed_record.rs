//! [`MailedRecord`]: the person's record that a mail was about.

use crate::domain::{Identifier, PersonId, Scope};

/// The person's record that a mail was about, and the mailed version of the record. The tags of the mail name the
/// record and the mailed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedRecord {
    /// The workspace or company that the recipient was invited or added to.
    pub scope: Scope,
    /// The identifier of the mail's recipient.
    pub identifier: Identifier,
    /// The public id of the recipient's record.
    pub person_id: PersonId,
    /// The version of the invitation that was mailed.
    pub version: u32,
}
