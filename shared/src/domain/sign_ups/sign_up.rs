//! A sign-up whose address is not verified yet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::domain::{EmailAddress, PasswordHash, PersonName, Title};

/// Tries at one one-time password.
pub const MAX_TRIES: u32 = 5;

/// A sign-up that waits for its one-time password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUp {
    /// Its id, from which the one-time password is derived.
    pub id: Uuid,
    /// The address to be verified.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// The company to be founded.
    pub company_name: Title,
    /// The password chosen.
    pub password: PasswordHash,
    /// When it was begun.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub begun_at: Timestamp,
    /// From this moment on the one-time password is void.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub expires_at: Timestamp,
    /// False if the address had an account already: it is kept only so that the answer takes as long.
    pub live: bool,
    /// How often a code was tried. Counted by [`Store::count_try`] alone.
    #[serde(default, skip_serializing)]
    pub tries: u32,
}
