//! The deployment's two secrets, and the hashes, one-time passwords and signing keys that derive from these secrets.
//!
//! Invitation hashes and one-time passwords derive from the link secret. The token secret signs access tokens. A
//! function reads a secret when it first needs it, and only the functions that need a secret may read it.
//!
//! Each secret is a JSON object `{"current": "<id>", "<id>": "<key>", …}`. To rotate a secret, add a key to the JSON
//! object and make the new key the current key. Keep the old key until no invitation hash, one-time password or access
//! token that was made with the old key is valid any more.

mod access_token;
mod ed25519;
mod link;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use tokio::sync::Mutex;

use crate::{Error, Result};

pub use crate::secrets::access_token::{AccessToken, Claims, PublicKey, signing_key_id, verify_access_token};
pub use crate::secrets::link::LinkKey;

/// How long a function uses a secret before the function reads the secret again. A running Lambda function notices a
/// rotation of the secret within this time.
const CACHE_TIME: SignedDuration = SignedDuration::from_mins(5);

/// Where a secret is stored.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// The secret is stored in a file. Only the local stack uses a file.
    File(PathBuf),
    /// The secret is stored in AWS Secrets Manager.
    Manager {
        /// The client for AWS Secrets Manager.
        client: aws_sdk_secretsmanager::Client,
        /// The secret's ARN.
        arn: String,
    },
    /// The function has no access to this secret, because the function doesn't need the secret.
    Withheld,
}

impl SecretSource {
    async fn read(&self) -> Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| Error::internal(format!("reading the secret file: {}", error.kind()))),
            Self::Manager { client, arn } => client
                .get_secret_value()
                .secret_id(arn)
                .send()
                .await
                .map_err(|error| {
                    Error::internal(format!(
                        "reading the secret: {:?}",
                        error.as_service_error().map(|e| e.meta().code())
                    ))
                })?
                .secret_string
                .ok_or_else(|| Error::internal("reading the secret: it has no text")),
            Self::Withheld => Err(Error::internal("reading the secret: this function has no access to it")),
        }
    }
}

/// The content of a secret: keys by id, and the id of the current key.
#[derive(Deserialize)]
struct Keyring {
    current: String,
    #[serde(flatten)]
    keys: BTreeMap<String, String>,
}

impl Keyring {
    fn parse(text: &str) -> Result<Self> {
        let ring: Self = serde_json::from_str(text)
            .map_err(|_| Error::internal("parsing the secret: it is not the documented JSON"))?;
        if ring.keys.contains_key(&ring.current) {
            Ok(ring)
        } else {
            Err(Error::internal("parsing the secret: the current key is missing"))
        }
    }

    fn key(&self, id: &str) -> Result<&str> {
        self.keys
            .get(id)
            .map(String::as_str)
            .ok_or_else(|| Error::internal("the secret no longer contains a key that is still in use"))
    }
}

/// One of the deployment's two secrets: the secret's source, the content that the function read last, and the time of
/// that reading.
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
            && now.duration_since(*read_at) < CACHE_TIME
        {
            return Ok(ring.clone());
        }
        let ring = Arc::new(Keyring::parse(&self.source.read().await?)?);
        *cached = Some((now, ring.clone()));
        Ok(ring)
    }
}

/// The deployment's two secrets: the link secret and the token secret.
pub struct Secrets {
    link: Secret,
    token: Secret,
}

impl Secrets {
    /// The link secret and the token secret with these sources. No secret is read yet when the secrets are created.
    pub fn new(link: SecretSource, token: SecretSource) -> Self {
        Self { link: Secret::new(link), token: Secret::new(token) }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

/// HMAC-SHA256 (RFC 2104) over several parts. The input of the HMAC has the length of each part before the part, so
/// that no two lists of parts produce the same input.
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
    fn the_digest_depends_on_where_a_part_ends() {
        assert_ne!(keyed_digest("k", &[b"ab", b"c"]), keyed_digest("k", &[b"a", b"bc"]));
        assert_ne!(keyed_digest("k", &[b"a"]), keyed_digest("l", &[b"a"]));
    }
}
