//! Issuing an access token to a service account, by the client credentials grant (RFC 6749 section 4.4).

use jiff::SignedDuration;

use crate::{
    Error, Result, Usher,
    domain::UserId,
    operations::{CompanyAccess, log},
    store,
};

/// A service account's access token.
#[derive(Debug)]
pub struct ClientToken {
    /// The access token of the service account, which is a secret.
    pub token: String,
    /// How long the access token is valid, unless the service-account token is revoked earlier.
    pub lifetime: SignedDuration,
}

impl Usher {
    /// Issues an access token to a service account. `secret` is the service-account token. When the service-account
    /// token is revoked, the access token is no longer valid either.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the service account's id and the service-account token don't belong together, or
    /// the service-account token is no longer valid.
    pub async fn issue_client_token(&self, client: UserId, secret: &str) -> Result<ClientToken> {
        let digest = store::token_digest(secret);
        let holder = self.service_account_of_token(&digest).await?.filter(|holder| holder.user == client);
        let caller = holder.ok_or_else(wrong_client)?;
        log::company(caller.company);
        let CompanyAccess { profile, role } = self.company_access(&caller).await?;
        let token = self.issue_access_token(&profile, role, Some(digest)).await?;
        Ok(ClientToken { token, lifetime: self.parameters.access_token_ttl })
    }
}

fn wrong_client() -> Error {
    Error::unauthenticated("invalid_client", "The client's id or secret is wrong.")
}
