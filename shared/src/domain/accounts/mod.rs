//! AccountsOfAddress.

pub(super) mod email_address;
pub(super) mod identifier;
pub(super) mod identity;
pub(super) mod password;
pub(super) mod profile;
