//! GET /.well-known/jwks.json: a JWK set (RFC 7517 section 5) of Ed25519 keys (RFC 8037 section 2).

use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Usher;

use crate::vocabulary::{HandlerResult, Incoming, json};

/// A JWK set: the public keys that verify access tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Keys")]
struct JwkSet<'a> {
    keys: Vec<Jwk<'a>>,
}

/// A public key that verifies access tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Key")]
struct Jwk<'a> {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: &'a str,
    x: &'a str,
}

pub(crate) async fn handle(usher: &Usher, _: &Incoming) -> HandlerResult {
    let keys = usher.public_keys().await?;
    let keys =
        keys.iter().map(|key| Jwk { kty: "OKP", crv: "Ed25519", alg: "EdDSA", r#use: "sig", kid: &key.kid, x: &key.x });
    let mut response = json(StatusCode::OK, "application/jwk-set+json", &JwkSet { keys: keys.collect() });
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}

pub(crate) mod describe {
    use super::JwkSet;
    use crate::vocabulary::{Description, describe};

    pub(crate) fn handle() -> Description {
        describe("The public keys that verify access tokens (RFC 7517).").open().also::<JwkSet>(
            200,
            "application/jwk-set+json",
            "Done.",
        )
    }
}
