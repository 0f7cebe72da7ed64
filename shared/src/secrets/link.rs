//! Invitation hashes and one-time passwords. The service derives invitation hashes and one-time passwords from the link
//! secret whenever it needs them, so the table stores neither.

use std::sync::Arc;

use jiff::Timestamp;
use subtle::ConstantTimeEq;

use crate::{
    Result,
    domain::InvitationHash,
    secrets::{Keyring, Secrets, keyed_digest},
};

/// One key of the link secret.
pub struct LinkKey {
    ring: Arc<Keyring>,
    id: String,
}

impl Secrets {
    /// The key of the link secret with this id, or the current key if `id` is `None`.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] if the link secret can't be read, or if the link secret no longer contains the key.
    pub async fn link_key(&self, id: Option<&str>, now: Timestamp) -> Result<LinkKey> {
        let ring = self.link.ring(now).await?;
        let id = id.unwrap_or(&ring.current).to_owned();
        ring.key(&id)?;
        Ok(LinkKey { ring, id })
    }

    /// Whether `code` is the one-time password of this sign-up. Any key that the link secret still contains can have
    /// made a valid one-time password.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] if the secret can't be read.
    pub async fn matches_one_time_password(&self, code: &str, sign_up: &str, now: Timestamp) -> Result<bool> {
        let ring = self.link.ring(now).await?;
        let matches = ring.keys.values().map(|key| one_time_password(key, sign_up).as_bytes().ct_eq(code.as_bytes()));
        Ok(matches.fold(subtle::Choice::from(0), |any, one| any | one).into())
    }
}

impl LinkKey {
    /// The id of this key of the link secret. An outbox item stores the id, so that a mail that is sent twice carries
    /// the same link.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The hash of one version of an invitation. `record` is the key of the person's record: partition and sort key.
    pub fn invitation_hash(&self, record: (&str, &str), version: u32) -> InvitationHash {
        let parts = [b"invitation", record.0.as_bytes(), record.1.as_bytes(), &version.to_be_bytes()];
        let digest = keyed_digest(self.secret(), &parts);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        InvitationHash::from_digest(bytes)
    }

    /// The one-time password of this sign-up: six digits that verify the sign-up's address.
    pub fn one_time_password(&self, sign_up: &str) -> String {
        one_time_password(self.secret(), sign_up)
    }

    fn secret(&self) -> &str {
        self.ring.keys.get(&self.id).map_or("", String::as_str)
    }
}

/// Makes a one-time password: six digits of a keyed digest, in the manner of RFC 4226 section 5.3. The one-time
/// password is made from eight bytes of the digest rather than four, so that all one-time passwords are practically
/// equally likely.
fn one_time_password(key: &str, sign_up: &str) -> String {
    let digest = keyed_digest(key, &[b"one-time password", sign_up.as_bytes()]);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000)
}
