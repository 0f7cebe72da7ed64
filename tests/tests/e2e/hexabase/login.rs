//! Tests of POST /api/v0/login.

use serde_json::{Value, json};
use tests::{Endpoint, Need, PASSWORD};

const LOGIN: &str = "/api/v0/login";

#[tokio::test]
async fn a_login_with_address_and_password_gives_a_valid_token() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let body = json!({ "email": ada.email.to_uppercase(), "password": PASSWORD, "exclusive_w_id": null });
    let answer = usher.post_open(LOGIN, body).await.expect(200).json();
    let fields: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["token"]);
    usher.get("/api/v0/workspaces", answer["token"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn every_wrong_pair_of_name_and_password_gets_the_same_refusal() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    for body in [
        json!({ "email": ada.email, "password": "Wrong12#$" }),
        json!({ "email": usher.address("nobody"), "password": PASSWORD }),
        json!({ "email": "nobody", "password": PASSWORD }),
        json!({ "user_code": usher.address("nobody"), "password": PASSWORD }),
        json!({ "user_code": "n o b o d y", "password": PASSWORD }),
        json!({ "user_code": "nobody", "email": ada.email, "password": PASSWORD }),
        json!({ "email": ada.email, "password": "x".repeat(1_000) }),
    ] {
        let answer = usher.post_open(LOGIN, body).await.hexabase_error(401, "INVALID_CREDENTIALS").json();
        assert_eq!(answer["message"], "E-mail address or password is wrong.");
    }
}

#[tokio::test]
async fn an_unreadable_body_is_an_invalid_parameter() {
    let usher = Endpoint::start().await;
    for body in [
        json!({}),
        json!({ "email": "ada@example.com" }),
        json!({ "password": PASSWORD }),
        json!({ "email": 1, "password": PASSWORD }),
        json!({ "user_code": ["x"], "password": PASSWORD }),
        json!({ "email": "ada@example.com", "password": PASSWORD, "exclusive_w_id": 1 }),
        json!([]),
    ] {
        usher.post_open(LOGIN, body).await.hexabase_error(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn attempts_are_counted_per_code_like_per_address() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    usher.begin_window(600).await;
    for _ in 0..10 {
        usher.post_open(LOGIN, json!({ "user_code": "A-1", "password": PASSWORD })).await.expect(401);
    }
    let refused = usher.post_open(LOGIN, json!({ "user_code": "A-1", "password": PASSWORD })).await;
    assert!(!refused.header("retry-after").is_empty());
    refused.hexabase_error(429, "TOO_MANY_ATTEMPTS");
    usher.post_open(LOGIN, json!({ "user_code": "A-2", "password": PASSWORD })).await.expect(401);
    usher.advance(600).await;
    let answer: Value = usher.post_open(LOGIN, json!({ "user_code": "A-1", "password": PASSWORD })).await.json();
    assert_eq!(answer["error_code"], "INVALID_CREDENTIALS");
    usher.stop().await;
}
