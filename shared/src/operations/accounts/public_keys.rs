//! The keys that access tokens are verified with.

use crate::{Result, Usher, secrets::PublicKey};

impl Usher {
    /// All published keys that verify now.
    ///
    /// # Errors
    /// Only if the store fails.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let now = self.now();
        let keys = self.store.public_keys().await?;
        Ok(keys.into_iter().filter(|key| key.is_current(now)).collect())
    }
}
