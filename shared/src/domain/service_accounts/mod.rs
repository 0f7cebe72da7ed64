//! Service accounts: programs that call the API with a token of their own.

pub(super) mod service_account;
