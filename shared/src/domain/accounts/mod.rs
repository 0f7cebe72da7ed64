//! Accounts: who a user is. This folder has e-mail addresses and user codes, the identifier that an address and a user
//! code form, passwords, and the profile of an account.

pub(super) mod email_address;
pub(super) mod identifier;
pub(super) mod identity;
pub(super) mod password;
pub(super) mod password_hash;
pub(super) mod profile;
