//! Service accounts: accounts of programs, which call the service with an opaque token. This folder keeps the service
//! accounts of companies and the digests of their tokens.

pub(super) mod service_account_records;
