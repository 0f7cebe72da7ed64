//! The keys that access tokens are verified with.

use crate::{Result, Usher, secrets::PublicKey};

impl Usher {
    /// All published keys.
    ///
    /// # Errors
    /// Only if the store fails.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.store.public_keys().await
    }
}
