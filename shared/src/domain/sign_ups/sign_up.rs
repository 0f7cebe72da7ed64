//! [`SignUp`]: a request for an account whose address is not verified yet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{EmailAddress, PasswordHash, PersonName, Title};

/// A sign-up that waits until its one-time password verifies the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUp {
    /// The sign-up's id. The one-time password derives from this id.
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
    /// The hash of the password that the person chose.
    pub password: PasswordHash,
    /// When the sign-up started.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub begun_at: Timestamp,
    /// The moment from which on the sign-up's one-time password is invalid.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub expires_at: Timestamp,
    /// Whether this sign-up can be completed. The value is `false` if the address already had an account: the service
    /// writes the record of a sign-up for such an address only so that the response takes equally long and doesn't
    /// reveal the account.
    pub live: bool,
    /// How many one-time passwords were tried for this sign-up. Only `Store::count_try` changes the number of tried
    /// one-time passwords.
    #[serde(default, skip_serializing)]
    pub tries: u32,
}

impl SignUp {
    /// The largest number of one-time passwords that may be tried for one sign-up.
    pub const MAX_TRIES: u32 = 5;
}
