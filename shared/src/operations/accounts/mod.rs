//! Accounts: authenticating a caller, logging in, and what users do with their own account.

pub(super) mod access_token;
pub(super) mod authenticate;
pub(super) mod caller;
pub(super) mod change_password;
pub(super) mod confirm_registration;
pub(super) mod credentials;
pub(super) mod get_profile;
pub(super) mod list_public_keys;
pub(super) mod log_in;
pub(super) mod log_in_with_profile;
pub(super) mod password_hashing;
