//! Service accounts: managing them, and issuing access tokens to them.

pub(super) mod issue_client_token;
pub(super) mod manage_service_accounts;
