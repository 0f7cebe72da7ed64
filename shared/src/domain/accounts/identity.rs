//! [`Identity`]: which account an identifier belongs to.

use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, PersonName, Profile, ProfileKind, UserId, WorkspaceId};

/// The account that an identifier belongs to. The table stores an identity under the identifier, with those fields of
/// the account that an inviting request needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// The user who owns the account.
    pub user: UserId,
    /// The user's integer id.
    pub number: u32,
    /// The user's company.
    pub company: CompanyId,
    /// Whether the account belongs to a person or a service account.
    pub kind: ProfileKind,
    /// The only workspace that the account may ever belong to, if the account is restricted to one workspace.
    #[serde(default)]
    pub exclusive_to: Option<WorkspaceId>,
    /// The user's first name, or a service account's name.
    pub first_name: PersonName,
    /// The user's last name.
    pub last_name: Option<PersonName>,
}

impl Identity {
    /// The identity record of this account.
    pub fn of(profile: &Profile) -> Self {
        Self {
            user: profile.id,
            number: profile.number,
            company: profile.company,
            kind: profile.kind,
            exclusive_to: profile.exclusive_to,
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
        }
    }
}

/// The accounts of one identifier. An identifier has at most one account: either a verified account or a guest account.
#[derive(Debug, Default)]
pub struct AccountsOfAddress {
    /// The account whose address is verified.
    pub verified: Option<Identity>,
    /// The guest account, whose address is not verified.
    pub unverified: Option<Identity>,
}

impl AccountsOfAddress {
    /// The account that the owner of the identifier logs in to.
    pub fn into_either(self) -> Option<Identity> {
        self.verified.or(self.unverified)
    }
}
