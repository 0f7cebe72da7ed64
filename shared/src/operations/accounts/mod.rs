//! AccountsOfAddress.

pub(super) mod authenticate;
pub(super) mod change_password;
pub(super) mod confirm_registration;
pub(super) mod get_profile;
pub(super) mod hashing;
pub(super) mod log_in;
pub(super) mod log_in_with_profile;
pub(super) mod public_keys;
