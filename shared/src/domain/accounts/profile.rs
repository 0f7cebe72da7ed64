//! A user of a company: a person or a service account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, EmailAddress, Identifier, PasswordHash, PersonName, UserCode, UserId, WorkspaceId};

/// What kind of user it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProfileKind {
    /// Somebody with a password.
    Person,
    /// A program with a token.
    ServiceAccount,
}

/// Whether a user can do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProfileStatus {
    /// Yes.
    Active,
    /// Removed, and all its tokens and memberships are void.
    Deleted,
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id.
    pub id: UserId,
    /// The user's integer id.
    pub number: u32,
    /// The user's address.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// What tells them apart from others at the address.
    #[serde(default)]
    pub user_code: Option<UserCode>,
    /// First name; a service account's name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// The company they signed up with.
    pub company: CompanyId,
    /// Their password, if they have one.
    pub password: Option<PasswordHash>,
    /// Person or service account.
    pub kind: ProfileKind,
    /// Active or not.
    pub status: ProfileStatus,
    /// Whether the address isn't verified: the account was made with a temporary password, and is its company's only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Whether the password is one that somebody else chose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporary_password: bool,
    /// The only workspace that they may ever belong to, if there is one.
    #[serde(default)]
    pub exclusive_to: Option<WorkspaceId>,
    /// Counts what ends all sessions: an access token names the number that it was issued under.
    #[serde(default)]
    pub epoch: u32,
    /// The workspace that requests are about which name none, if they chose one.
    #[serde(default)]
    pub current_workspace: Option<WorkspaceId>,
    /// When they signed up.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

impl Profile {
    /// Who it is.
    pub fn identifier(&self) -> Identifier {
        Identifier { address: self.address.clone(), code: self.user_code.clone() }
    }

    /// Whether the user can do anything.
    pub fn is_active(&self) -> bool {
        self.status == ProfileStatus::Active
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.to_string(),
        }
    }
}
