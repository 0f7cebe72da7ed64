//! Service accounts.

pub(super) mod service_account;
