//! A company: the tenant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, Title};

/// A company: the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its integer id.
    pub number: u32,
    /// Its name.
    pub name: Title,
    /// Makes the ids of its people unguessable.
    pub salt: String,
    /// When it was founded.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}
