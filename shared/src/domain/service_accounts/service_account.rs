//! [`ServiceAccount`], and the token with which a service account calls the API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, EmailAddress, Message, UserId};

/// A service account: a program of a company. The program calls the API with a token instead of a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The service account's user id.
    pub id: UserId,
    /// The service account's name, unique in the company.
    pub name: String,
    /// The service account's address: a name in the form of an e-mail address, which receives no mail.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// The service account's purpose, in the words of its creator.
    pub description: Option<Message>,
    /// Whether the service account is ADMIN in every workspace of its company.
    pub account_admin: bool,
    /// The digest of the service account's token. The table doesn't store the token itself.
    pub token: String,
    /// When the service account's token expires. `None` if the token never expires.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional", default)]
    pub expires_at: Option<Timestamp>,
    /// When the service account was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

/// The record that says which service account holds a token. The store looks up the record of a service account's token
/// by the token's digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpaqueToken {
    /// The user id of the service account that holds the token.
    pub user: UserId,
    /// The service account's company.
    pub company: CompanyId,
    /// When the token expires, in seconds since 1970. `None` if the token never expires. DynamoDB deletes the record of
    /// a token some time after the token expired.
    pub purge_at: Option<i64>,
}

impl OpaqueToken {
    /// The record for a service account's current token.
    pub fn of(account: &ServiceAccount, company: CompanyId) -> Self {
        Self { user: account.id, company, purge_at: account.expires_at.map(Timestamp::as_second) }
    }

    /// Whether the service account's token is still valid at `now`.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.purge_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }
}
