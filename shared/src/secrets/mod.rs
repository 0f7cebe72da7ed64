//! The deployment's two secrets, each read when first needed and only by the functions that need it.
//!
//! The link secret makes invitations' hashes and one-time passwords, the token secret signs access tokens. Each is a
//! JSON object `{"current": "<id>", "<id>": "<key>", …}`: rotating adds a key and makes it current; the old one stays
//! until nothing made with it is alive.

mod access_token;
mod link;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use tokio::sync::Mutex;

use crate::{Error, Result};

pub use crate::secrets::access_token::{AccessToken, Claims, PublicKey, key_id, verify};
pub use crate::secrets::link::LinkKey;

/// A warm function notices a rotation within this time.
const REREAD_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Where a secret is kept.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// A file: the local stack's.
    File(PathBuf),
    /// AWS Secrets Manager.
    Manager {
        /// The client.
        client: aws_sdk_secretsmanager::Client,
        /// The secret's ARN.
        arn: String,
    },
    /// This function has no business with it.
    Withheld,
}

impl SecretSource {
    async fn read(&self) -> Result<String> {
        match self {
            Self::File(path) => {
                std::fs::read_to_string(path).map_err(|error| Error::internal(format!("secret file: {}", error.kind())))
            }
            Self::Manager { client, arn } => client
                .get_secret_value()
                .secret_id(arn)
                .send()
                .await
                .map_err(|error| {
                    Error::internal(format!("secret: {:?}", error.as_service_error().map(|e| e.meta().code())))
                })?
                .secret_string
                .ok_or_else(|| Error::internal("secret: it has no text")),
            Self::Withheld => Err(Error::internal("secret: not given to this function")),
        }
    }
}

/// Keys by id, and which of them is used for what is made now.
#[derive(Deserialize)]
struct Keyring {
    current: String,
    #[serde(flatten)]
    keys: BTreeMap<String, String>,
}

impl Keyring {
    fn parse(text: &str) -> Result<Self> {
        let ring: Self = serde_json::from_str(text).map_err(|_| Error::internal("secret: not the documented JSON"))?;
        if ring.keys.contains_key(&ring.current) {
            Ok(ring)
        } else {
            Err(Error::internal("secret: the current key is missing"))
        }
    }

    fn key(&self, id: &str) -> Result<&str> {
        self.keys
            .get(id)
            .map(String::as_str)
            .ok_or_else(|| Error::internal("secret: a key that is still in use is gone"))
    }
}

struct Secret {
    source: SecretSource,
    cached: Mutex<Option<(Timestamp, Arc<Keyring>)>>,
}

impl Secret {
    fn new(source: SecretSource) -> Self {
        Self { source, cached: Mutex::new(None) }
    }

    async fn ring(&self, now: Timestamp) -> Result<Arc<Keyring>> {
        let mut cached = self.cached.lock().await;
        if let Some((read_at, ring)) = &*cached
            && now.duration_since(*read_at) < REREAD_AFTER
        {
            return Ok(ring.clone());
        }
        let ring = Arc::new(Keyring::parse(&self.source.read().await?)?);
        *cached = Some((now, ring.clone()));
        Ok(ring)
    }
}

/// The two secrets.
pub struct Secrets {
    link: Secret,
    token: Secret,
}

impl Secrets {
    /// Secrets to be read from these places, when first needed.
    pub fn new(link: SecretSource, token: SecretSource) -> Self {
        Self { link: Secret::new(link), token: Secret::new(token) }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

/// HMAC-SHA256 (RFC 2104) over parts that can't run into each other: each is preceded by its length.
fn keyed_digest(key: &str, parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_without_its_current_key_is_refused() {
        assert!(Keyring::parse(r#"{"current":"1","1":"abc"}"#).is_ok());
        for text in [r#"{"current":"2","1":"abc"}"#, r#"{"1":"abc"}"#, "", "[]"] {
            assert!(Keyring::parse(text).is_err());
        }
    }

    #[test]
    fn digests_of_parts_do_not_run_into_each_other() {
        assert_ne!(keyed_digest("k", &[b"ab", b"c"]), keyed_digest("k", &[b"a", b"bc"]));
        assert_ne!(keyed_digest("k", &[b"a"]), keyed_digest("l", &[b"a"]));
    }
}
