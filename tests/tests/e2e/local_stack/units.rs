//! Tests of `/_local/units`: the read and write units of DynamoDB that each function consumed.

use serde_json::{Value, json};
use tests::{Endpoint, Need};

async fn units(usher: &Endpoint, function: &str) -> Value {
    usher.send("GET", "/_local/units", None, None).await.expect(200).json()[function].take()
}

#[tokio::test]
async fn a_requests_units_are_those_that_the_description_of_the_table_states() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let ada = usher.founder("ada").await;
    // Each function reads the public key that verifies access tokens once, at its first request.
    let first = usher.workspace(&ada.token, "First").await;
    usher.get(&format!("/noCo/api/v2/workspaces/{first}"), &ada.token).await.expect(200);
    usher.forget_calls().await;

    let second = usher.workspace(&ada.token, "Second").await;
    assert_eq!(units(&usher, "create-workspace").await, json!({"read": 2.0, "write": 22.0}));
    usher.get(&format!("/noCo/api/v2/workspaces/{second}"), &ada.token).await.expect(200);
    assert_eq!(units(&usher, "get-workspace").await, json!({"read": 4.0, "write": 0.0}));

    usher.forget_calls().await;
    assert_eq!(units(&usher, "create-workspace").await, Value::Null);
}

#[tokio::test]
async fn a_write_whose_condition_failed_consumes_units_too() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    usher.forget_calls().await;
    let invalid = json!({"email": usher.address("nobody"), "otp": "123456"});
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", invalid).await;
    assert!(units(&usher, "verify-otp").await["write"].as_f64().is_some_and(|write| write >= 1.0));
}
