//! [`Company`]: a tenant of Usher.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, Title};

/// A company, which is a tenant of Usher: it owns workspaces and has users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Company {
    /// The company's id.
    pub id: CompanyId,
    /// The company's integer id, for contracts that number companies.
    pub number: u32,
    /// The company's name.
    pub name: Title,
    /// A secret that the public ids of the company's people derive from: see [`crate::domain::person_id`].
    pub salt: String,
    /// When the company was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}
