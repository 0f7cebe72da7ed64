//! GET /.well-known/jwks.json: a JWK set (RFC 7517 section 5) of Ed25519 keys (RFC 8037 section 2).

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use shared::Usher;

use crate::{contracts, incoming::Incoming, routes::Answer};

pub(crate) async fn handle(usher: &Usher, _: &Incoming) -> Answer {
    let keys = usher.public_keys().await?;
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.kid, "x": key.x }))
        .collect();
    let mut response = contracts::json(StatusCode::OK, "application/jwk-set+json", &json!({ "keys": keys }));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}
