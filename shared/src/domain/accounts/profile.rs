//! [`Profile`]: the account of a user.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, EmailAddress, Identifier, PasswordHash, PersonName, UserCode, UserId, WorkspaceId};

/// The kind of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProfileKind {
    /// A human being, who logs in with a password.
    Person,
    /// A program, which calls the API with a token.
    ServiceAccount,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProfileStatus {
    /// The user can use the account.
    Active,
    /// The account was deleted. The account's tokens and memberships are invalid.
    Deleted,
}

/// The ids of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserIds {
    /// The user's id.
    pub id: UserId,
    /// The user's integer id.
    pub number: u32,
}

/// The account of a user: a person or a service account of a company.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id.
    pub id: UserId,
    /// The user's integer id.
    pub number: u32,
    /// The user's address.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// The user code that distinguishes the user from other users with the same address.
    #[serde(default)]
    pub user_code: Option<UserCode>,
    /// The user's first name, or a service account's name.
    pub first_name: PersonName,
    /// The user's last name.
    pub last_name: Option<PersonName>,
    /// The company that the user belongs to.
    pub company: CompanyId,
    /// The hash of the user's password, if the user has a password.
    pub password: Option<PasswordHash>,
    /// Whether the user is a person or a service account.
    pub kind: ProfileKind,
    /// Whether the account can be used.
    pub status: ProfileStatus,
    /// Whether the user's address is unverified. An account with an unverified address is a guest account: an inviter
    /// created the account with a temporary password, and the account is valid only in its own company.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Whether the user's password is a temporary password that an inviter chose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporary_password: bool,
    /// The only workspace that the user may ever belong to, if the account is restricted to one workspace.
    #[serde(default)]
    pub exclusive_to: Option<WorkspaceId>,
    /// The number of times that all sessions of the account were ended. An access token names the epoch of the account
    /// at the token's issue, and is valid only in that epoch.
    #[serde(default)]
    pub epoch: u32,
    /// The user's current workspace, if the user chose one. A request that names no workspace is about the current
    /// workspace.
    #[serde(default)]
    pub current_workspace: Option<WorkspaceId>,
    /// When the account was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

impl Profile {
    /// The profile of a new person: an active account with a verified address, without a last name, and without a
    /// password. The account may join every workspace.
    pub fn new(
        ids: UserIds,
        identifier: Identifier,
        first_name: PersonName,
        company: CompanyId,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id: ids.id,
            number: ids.number,
            address: identifier.address,
            user_code: identifier.code,
            first_name,
            last_name: None,
            company,
            password: None,
            kind: ProfileKind::Person,
            status: ProfileStatus::Active,
            unverified: false,
            temporary_password: false,
            exclusive_to: None,
            epoch: 0,
            current_workspace: None,
            created_at,
        }
    }

    /// The identifier of the user.
    pub fn identifier(&self) -> Identifier {
        Identifier { address: self.address.clone(), code: self.user_code.clone() }
    }

    /// Whether the account can be used.
    pub fn is_active(&self) -> bool {
        self.status == ProfileStatus::Active
    }

    /// The user's first and last name.
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.to_string(),
        }
    }
}
