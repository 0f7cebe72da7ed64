//! Service accounts: managing service accounts, and issuing access tokens to service accounts.

pub(super) mod issue_client_token;
pub(super) mod manage_service_accounts;
