//! [`SignUp`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{EmailAddress, PasswordHash, PersonName, Title};

/// A sign-up that waits until its one-time password verifies the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUp {
    /// The sign-up's id. The one-time password derives from it.
    pub id: Uuid,
    /// The address that the one-time password verifies.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// The person's first name.
    pub first_name: PersonName,
    /// The person's last name.
    pub last_name: PersonName,
    /// The name of the company that the sign-up creates.
    pub company_name: Title,
    /// The hash of the password.
    pub password: PasswordHash,
    /// When the sign-up started.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub begun_at: Timestamp,
    /// From this moment on the one-time password is invalid.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub expires_at: Timestamp,
    /// Whether this sign-up can be completed. `false` if the address already had an account: such a record is written
    /// only so that the response takes equally long and reveals no account.
    pub live: bool,
    /// How many codes were tried. Only `Store::count_try` changes the number.
    #[serde(default, skip_serializing)]
    pub tries: u32,
}

impl SignUp {
    /// The largest number of codes that may be tried against one sign-up.
    pub const MAX_TRIES: u32 = 5;
}
