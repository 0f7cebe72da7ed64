//! Listing the public keys that verify access tokens.

use crate::{Result, Usher, secrets::PublicKey};

impl Usher {
    /// All public keys that may verify access tokens now.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store fails.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let now = self.now();
        let keys = self.store.public_keys().await?;
        Ok(keys.into_iter().filter(|key| key.is_current(now)).collect())
    }
}
