//! Which account an address and user code belong to.

use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, PersonName, Profile, ProfileKind, UserId, WorkspaceId};

/// Whose an address is, with a code or without.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// The user.
    pub user: UserId,
    /// The user's integer id.
    pub number: u32,
    /// The user's company.
    pub company: CompanyId,
    /// Person or service account.
    pub kind: ProfileKind,
    /// The only workspace that they may ever belong to, if there is one.
    #[serde(default)]
    pub exclusive_to: Option<WorkspaceId>,
    /// First name; a service account's name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: Option<PersonName>,
}

impl Identity {
    /// The identity of a user.
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

/// The accounts of a person: at most one of the two is there.
#[derive(Debug, Default)]
pub struct AccountsOfAddress {
    /// The one whose address is verified.
    pub verified: Option<Identity>,
    /// The one with a temporary password.
    pub unverified: Option<Identity>,
}

impl AccountsOfAddress {
    /// The one to log in to.
    pub fn into_either(self) -> Option<Identity> {
        self.verified.or(self.unverified)
    }
}
