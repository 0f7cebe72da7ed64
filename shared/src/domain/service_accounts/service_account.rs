//! A service account: a program that calls with a token of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, EmailAddress, Message, UserId};

/// A service account as its company knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// Its user id.
    pub id: UserId,
    /// Its name, unique in the company.
    pub name: String,
    /// Its address.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// What it is for.
    pub description: Option<Message>,
    /// Whether it is ADMIN in every workspace of its company.
    pub account_admin: bool,
    /// The digest of its token.
    pub token: String,
    /// When its token expires; never if `None`.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional", default)]
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

/// Whose an opaque token is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpaqueToken {
    /// The service account.
    pub user: UserId,
    /// Its company.
    pub company: CompanyId,
    /// When it expires; never if `None`. In seconds, and DynamoDB removes it some time after.
    pub purge_at: Option<i64>,
}

impl OpaqueToken {
    /// The token of a service account.
    pub fn of(account: &ServiceAccount, company: CompanyId) -> Self {
        Self { user: account.id, company, purge_at: account.expires_at.map(Timestamp::as_second) }
    }

    /// Whether it is alive at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.purge_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }
}
