//! AccountsOfAddress.

pub(super) mod email_address;
pub(super) mod identifier;
pub(super) mod password;
