//! Service accounts: accounts of programs, which call the service with an opaque token. The folder `service_accounts`
//! keeps the service accounts of companies and the digests of the accounts' tokens.

pub(super) mod service_account_records;
