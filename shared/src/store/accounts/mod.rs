//! Users and their accounts. The folder `accounts` keeps profiles, verified and unverified accounts of addresses, the
//! counters of integer ids, and the public keys of access tokens.

pub(super) mod profiles;
pub(super) mod unverified;
