//! An access token for a service account's id and secret (RFC 6749 section 4.4).

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
    /// The token: a secret.
    pub token: String,
    /// How long it is good, unless the secret dies before.
    pub lifetime: SignedDuration,
}

impl Usher {
    /// Gives a service account an access token that dies with the secret it was issued for.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if id and secret don't belong together, or are no more.
    pub async fn issue_client_token(&self, client: UserId, secret: &str) -> Result<ClientToken> {
        let digest = store::token_digest(secret);
        let holder = self.holder_of_secret(&digest).await?.filter(|holder| holder.user == client);
        let caller = holder.ok_or_else(wrong_client)?;
        log::company(caller.company);
        let CompanyAccess { profile, role } = self.company_access(&caller).await?;
        let token = self.issue_token(&profile, role, Some(digest)).await?;
        Ok(ClientToken { token, lifetime: self.parameters.access_token_ttl })
    }
}

fn wrong_client() -> Error {
    Error::unauthenticated("invalid_client", "The client's id or secret is wrong.")
}
