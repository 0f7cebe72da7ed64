//! Authenticating a caller by the token of a request.

use crate::{
    Result, Usher,
    operations::accounts::caller::{Caller, invalid_token},
    secrets::{self, PublicKey},
    store,
};

/// The prefix of every service-account token.
pub(in crate::operations) const SERVICE_ACCOUNT_TOKEN_PREFIX: &str = "usher_sa_";

impl Usher {
    /// The user who holds the token of a request. The token of a request is an access token or a service-account token.
    /// An access token that was issued for a service-account token is valid only while the service-account token is
    /// valid.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) for every token that is not valid.
    pub async fn authenticate(&self, token: Option<&str>) -> Result<Caller> {
        let token = token.ok_or_else(invalid_token)?;
        if token.starts_with(SERVICE_ACCOUNT_TOKEN_PREFIX) {
            return self.service_account_of_token(&store::token_digest(token)).await?.ok_or_else(invalid_token);
        }
        let kid = secrets::signing_key_id(token).ok_or_else(invalid_token)?;
        let key = self.public_key(kid).await?;
        let claims = secrets::verify_access_token(token, &key, self.now()).ok_or_else(invalid_token)?;
        match claims.secret {
            Some(digest) => self.service_account_of_token(&digest).await?.ok_or_else(invalid_token),
            None => Ok(Caller { user: claims.sub, company: claims.company, epoch: claims.epoch }),
        }
    }

    /// The public key with the key id `kid`, from the cache or from the table.
    async fn public_key(&self, kid: String) -> Result<PublicKey> {
        let now = self.now();
        let cached = self.public_keys.read().await.get(&kid).filter(|key| key.is_current(now)).cloned();
        if let Some(key) = cached {
            return Ok(key);
        }
        let key = self.store.public_key(&kid).await?.filter(|key| key.is_current(now)).ok_or_else(invalid_token)?;
        self.public_keys.write().await.insert(kid, key.clone());
        Ok(key)
    }

    /// The service account whose valid service-account token has the digest `digest`.
    pub(in crate::operations) async fn service_account_of_token(&self, digest: &str) -> Result<Option<Caller>> {
        let token = self.store.opaque_token(digest).await?.filter(|token| token.is_valid(self.now()));
        Ok(token.map(|token| Caller { user: token.user, company: token.company, epoch: 0 }))
    }
}
