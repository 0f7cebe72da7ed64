//! Tests of the routes below `/.well-known`.

use local::Options;
use serde_json::{Value, json};
use shared::{
    domain::{Clock as _, SystemClock},
    secrets::{self, PublicKey},
};
use tests::Endpoint;

#[tokio::test]
async fn the_published_key_verifies_a_token_and_its_claims_are_the_documented_ones() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let answer = usher.send("GET", "/.well-known/jwks.json", None, None).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert!(answer.header("cache-control").starts_with("public, max-age="));

    let kid = secrets::signing_key_id(&ada.token).expect("the token names its key");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let key = keys.iter().find(|key| key["kid"] == kid).expect("the token's key is published");
    let x = key["x"].as_str().unwrap();
    let expected = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x });
    assert_eq!(*key, expected, "a key has no private part");

    let published = PublicKey { kid, x: x.to_owned(), verifies_until: i64::MAX };
    let claims =
        secrets::verify_access_token(&ada.token, &published, SystemClock.now()).expect("the key verifies the token");
    let profile = usher.get("/idp/api/v1/user", &ada.token).await.expect(200).json();
    assert_eq!((json!(claims.user_number), json!(claims.company_number)), ids(&profile));
    assert_eq!(json!(claims.roles), json!(["ADMIN"]));
    assert_eq!(json!(claims.permissions), profile["permissions"]);
    assert_eq!(claims.exp - claims.iat, 3_600);
}

async fn two_deployments() -> (Endpoint, Endpoint) {
    (Endpoint::with_options(Options::in_memory()).await, Endpoint::with_options(Options::in_memory()).await)
}

fn ids(profile: &Value) -> (Value, Value) {
    (profile["id"].clone(), profile["companyId"].clone())
}

#[tokio::test]
async fn a_token_made_with_another_deployments_key_is_not_ours() {
    let (usher, other) = two_deployments().await;
    let (ours, theirs) = (usher.founder("ada").await, other.founder("ada").await);
    usher.get("/idp/api/v1/user", &theirs.token).await.datagol_error(401, "INVALID_TOKEN");
    other.get("/idp/api/v1/user", &ours.token).await.datagol_error(401, "INVALID_TOKEN");
    assert_ne!(secrets::signing_key_id(&ours.token), secrets::signing_key_id(&theirs.token));
}
