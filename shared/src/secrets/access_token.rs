//! Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037). The table holds the public keys that verify access
//! tokens, so a function that only verifies access tokens needs no secret.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, VerifyingKey, pkcs8::EncodePrivateKey};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Error, Result,
    domain::{CompanyId, UserId},
    secrets::{Secrets, ed25519, keyed_digest},
};

/// How much longer than an access token's lifetime the token's public key stays published. The longer this margin is,
/// the less often a function that signs access tokens has to publish its public key again.
const KEY_LIFETIME_MARGIN: SignedDuration = SignedDuration::from_hours(2);

/// The longest `kid` in bytes. Usher issues no longer `kid`, and the `kid` of a forged token must not reach the table
/// as an oversized key.
const MAX_KID_LENGTH: usize = 64;

/// The issuer (`iss`) and the audience (`aud`) of every access token.
const ISSUER: &str = "usher";

/// The claims of an access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The user whom the access token authenticates.
    pub sub: UserId,
    /// The user's company.
    pub company: CompanyId,
    /// The company's integer id.
    #[serde(rename = "companyId")]
    pub company_number: u32,
    /// The user's integer id.
    #[serde(rename = "userId")]
    pub user_number: u32,
    /// The user's role in the company. Only clients read this claim: the service reads the role from the table on each
    /// request.
    pub roles: Vec<String>,
    /// The permissions of the user's role in the company. Only clients read this claim.
    pub permissions: Vec<String>,
    /// The digest of the service-account token that this access token was issued for, if any. When the service-account
    /// token is revoked, the access token is no longer valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The epoch of the user's account when the access token was issued: see `Profile::epoch`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u32,
    /// The time at which the access token was issued, in seconds since 1970.
    pub iat: i64,
    /// The time at which the access token expires, in seconds since 1970.
    pub exp: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Serialize, Deserialize)]
struct Payload<C> {
    iss: String,
    aud: String,
    #[serde(flatten)]
    claims: C,
}

/// A signed access token, and the key that verifies it.
pub struct AccessToken {
    /// The access token. The token is a secret: only the token's owner may receive the token.
    pub token: String,
    /// The public key that verifies the token. The table must hold the key before the client uses the token.
    pub key: PublicKey,
}

/// A public key that verifies access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key's id, the `kid` of RFC 7517 section 4.5.
    pub kid: String,
    /// The public key, the `x` of RFC 8037 section 2.
    pub x: String,
    /// When the key expires, in seconds since 1970. A function that signs access tokens with the key publishes the
    /// public key again before the key expires. A public key therefore expires only after a rotation of the token
    /// secret has replaced the key.
    ///
    /// The attribute `verifies_until` is deliberately not the table's TTL attribute. TTL would delete the public key
    /// while the functions that sign access tokens still remember that they have published the key. If the clock moved
    /// back after TTL had deleted a public key, nobody could verify the access tokens that were signed with the key. A
    /// public key stays in the table for good: one small item for each rotation of the token secret.
    #[serde(alias = "purge_at")]
    pub verifies_until: i64,
}

impl PublicKey {
    /// Whether the public key may verify access tokens at `now`.
    pub fn is_current(&self, now: Timestamp) -> bool {
        now.as_second() < self.verifies_until
    }

    /// Whether the public key must be published again before its private key signs an access token with this lifetime.
    pub fn needs_publishing(&self, now: Timestamp, lifetime: SignedDuration) -> bool {
        now.as_second() + lifetime.as_secs() + KEY_LIFETIME_MARGIN.as_secs() / 2 > self.verifies_until
    }
}

impl Secrets {
    /// Signs `claims` with the current key of the token secret.
    ///
    /// # Errors
    /// [`Error::Internal`] if the token secret can't be read, or if the access token can't be encoded.
    pub async fn sign(&self, claims: &Claims, now: Timestamp) -> Result<AccessToken> {
        let ring = self.token.ring(now).await?;
        let seed = keyed_digest(ring.key(&ring.current)?, &[b"access token"]);
        let signing = SigningKey::from_bytes(&seed);
        let verifies_until = claims.exp + KEY_LIFETIME_MARGIN.as_secs();
        let key = public_key(&ring.current, &signing.verifying_key(), verifies_until);
        let pkcs8 = signing.to_pkcs8_der().map_err(|_| Error::internal("access token: encoding its key"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.kid.clone());
        let payload = Payload { iss: ISSUER.to_owned(), aud: ISSUER.to_owned(), claims };
        ed25519::install();
        let token = jsonwebtoken::encode(&header, &payload, &EncodingKey::from_ed_der(pkcs8.as_bytes()))
            .map_err(|_| Error::internal("access token: signing"))?;
        Ok(AccessToken { token, key })
    }
}

/// The public key with its `kid`. The `kid` contains a digest of the public key, so a key that replaces another key
/// under the same id gets another `kid`.
fn public_key(id: &str, key: &VerifyingKey, verifies_until: i64) -> PublicKey {
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(key.as_bytes())[..6]);
    PublicKey { kid: format!("{id}-{digest}"), x: URL_SAFE_NO_PAD.encode(key.as_bytes()), verifies_until }
}

/// The `kid` of the key that signed an access token, as the token's header says. `None` if the text is no access token
/// of this service.
pub fn signing_key_id(token: &str) -> Option<String> {
    let header = jsonwebtoken::decode_header(token).ok().filter(|header| header.alg == Algorithm::EdDSA)?;
    header.kid.filter(|kid| kid.len() <= MAX_KID_LENGTH)
}

/// The claims of an access token whose signature `key` verifies and that has not expired at `now`. The result is `None`
/// for every other text.
pub fn verify_access_token(token: &str, key: &PublicKey, now: Timestamp) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    // The JWT library would compare the token's expiry with the system's clock, so the library's check is off. The last
    // line of this function compares the expiry with `now` instead.
    validation.validate_exp = false;
    let key = DecodingKey::from_ed_components(&key.x).ok()?;
    ed25519::install();
    let claims = jsonwebtoken::decode::<Payload<Claims>>(token, &key, &validation).ok()?.claims.claims;
    (now.as_second() < claims.exp).then_some(claims)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{SecretSource, domain::SystemRandom};

    async fn signed(secret: &str, exp: i64) -> AccessToken {
        let path = std::env::temp_dir().join(format!("usher-{}", UserId::random(&SystemRandom)));
        std::fs::File::create(&path).unwrap().write_all(secret.as_bytes()).unwrap();
        let secrets = Secrets::new(SecretSource::Withheld, SecretSource::File(path.clone()));
        let claims = Claims {
            sub: UserId::random(&SystemRandom),
            company: CompanyId::random(&SystemRandom),
            company_number: 1,
            user_number: 2,
            roles: vec!["ADMIN".to_owned()],
            permissions: Vec::new(),
            secret: None,
            epoch: 0,
            iat: 0,
            exp,
        };
        let token = secrets.sign(&claims, Timestamp::UNIX_EPOCH).await.unwrap();
        std::fs::remove_file(path).unwrap();
        token
    }

    #[tokio::test]
    async fn a_token_is_valid_until_the_second_of_its_expiry() {
        let AccessToken { token, key } = signed(r#"{"current":"1","1":"a"}"#, 100).await;
        assert_eq!(signing_key_id(&token).as_deref(), Some(key.kid.as_str()));
        assert!(verify_access_token(&token, &key, Timestamp::from_second(99).unwrap()).is_some());
        assert!(verify_access_token(&token, &key, Timestamp::from_second(100).unwrap()).is_none());
    }

    #[tokio::test]
    async fn a_token_with_another_signature_is_not_valid() {
        let AccessToken { token, key } = signed(r#"{"current":"1","1":"a"}"#, 100).await;
        let other = signed(r#"{"current":"1","1":"b"}"#, 100).await;
        assert_ne!(key.kid, other.key.kid);
        assert!(verify_access_token(&token, &other.key, Timestamp::UNIX_EPOCH).is_none());
        let (head, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{head}A.{signature}");
        assert!(verify_access_token(&forged, &key, Timestamp::UNIX_EPOCH).is_none());
        let long = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, "k".repeat(1_100)));
        for text in ["", "a.b.c", "usher_sa_abc", &format!("{long}.e30.AA")] {
            assert!(signing_key_id(text).is_none());
        }
    }
}
