//! AccountsOfAddress.

pub(super) mod profiles;
pub(super) mod unverified;
