//! [`ServiceAccount`] and the token that it calls with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, EmailAddress, Message, UserId};

/// A service account: a program of a company. It calls the API with a token instead of a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The service account's user id.
    pub id: UserId,
    /// The name, unique in the company.
    pub name: String,
    /// The address: a name in the form of an e-mail address, which receives no mail.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// The purpose, in its creator's words.
    pub description: Option<Message>,
    /// Whether the service account is ADMIN in every workspace of its company.
    pub account_admin: bool,
    /// The digest of the token. The token itself is not stored.
    pub token: String,
    /// When the token expires. `None`: never.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional", default)]
    pub expires_at: Option<Timestamp>,
    /// When the service account was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

/// The record that is looked up by a token's digest: which service account holds the token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpaqueToken {
    /// The service account.
    pub user: UserId,
    /// The service account's company.
    pub company: CompanyId,
    /// When the token expires, in seconds since 1970. `None`: never. DynamoDB deletes the record some time later.
    pub purge_at: Option<i64>,
}

impl OpaqueToken {
    /// The record for a service account's current token.
    pub fn of(account: &ServiceAccount, company: CompanyId) -> Self {
        Self { user: account.id, company, purge_at: account.expires_at.map(Timestamp::as_second) }
    }

    /// Whether the token is still valid at `now`.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.purge_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }
}
