//! A workspace of a company.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, Identifier, Message, PersonId, ShortId, Title, UserId, WorkspaceId};

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its integer id.
    pub number: u32,
    /// Its short id.
    pub short_id: ShortId,
    /// Whose it is.
    pub company: CompanyId,
    /// Its name.
    pub name: Title,
    /// What it is for.
    pub description: Option<Message>,
    /// Makes the ids of its people unguessable.
    pub salt: String,
    /// How many members are its explicit ADMINs.
    pub admins: u32,
    /// Whether it is published: from one that isn't, some contracts mail no message.
    pub published: bool,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}

/// The public id of this person in a workspace or company with this salt.
pub fn person_id(salt: &str, identifier: &Identifier) -> PersonId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(salt).chain_update([0]).chain_update(identifier.canonical()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PersonId::from_digest(bytes)
}

/// What is to change of a workspace.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceChange {
    /// Its name.
    pub name: Option<Title>,
    /// Whether it is published.
    pub published: Option<bool>,
}
