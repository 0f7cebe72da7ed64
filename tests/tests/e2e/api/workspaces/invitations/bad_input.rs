//! Tests that a request with a malformed body gets a 4xx, and that nothing is written.

use serde_json::{Value, json};
use tests::{Answer, Endpoint};

struct World {
    usher: Endpoint,
    token: String,
    path: String,
    workspace: String,
}

impl World {
    async fn new() -> Self {
        let usher = Endpoint::start().await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Bad input").await;
        let path = format!("/api/v1/workspaces/{workspace}/invitations");
        Self { usher, token: ada.token, path, workspace }
    }

    async fn post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.usher.request("POST", &self.path).bearer_auth(&self.token);
        self.usher.read(request.header("content-type", content_type).body(body.into())).await
    }

    /// An inviting request with one good row and the given other fields.
    async fn with(&self, field: &str, value: Value) -> Answer {
        let users = json!([{ "email": self.usher.address("guest"), "role": "VIEWER" }]);
        let body = json!({ "users": users, field: value });
        self.usher.post_invitations(&self.token, &self.workspace, body).await
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_with_users_is_refused() {
    let world = World::new().await;
    for body in ["", " ", "{", "[]", "null", "{\"users\": [}", "users=a"] {
        world.post("application/json", body).await.problem(400, "invalid_body");
    }
    world.post("application/json", b"{\"users\": \"\xff\"}".to_vec()).await.problem(400, "invalid_body");
    for body in [json!({}), json!({ "users": null }), json!({ "users": {} }), json!({ "users": "a@example.com" })] {
        world.post("application/json", body.to_string()).await.problem(400, "invalid_field");
    }
    world.post("application/json", r#"{"users": []}"#).await.problem(400, "no_users");
    world.post("application/xml", "<users/>").await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn one_user_above_the_limit_refuses_the_whole_request() {
    let world = World::new().await;
    let users: Vec<_> =
        (0..10_001).map(|n| json!({ "email": format!("p{n}@example.com"), "role": "VIEWER" })).collect();
    let refused = world.post("application/json", json!({ "users": users }).to_string()).await;
    assert!(refused.problem(400, "too_many_users").text.contains("At most 10000 "));
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(4 * 1024 * 1024));
    world.post("application/json", large).await.problem(413, "body_too_large");
    assert_eq!(world.usher.team(&world.token).await.len(), 1);
}

#[tokio::test]
async fn the_fields_of_the_whole_request_must_be_right() {
    let world = World::new().await;
    for value in [json!(59), json!(0), json!(-1), json!(2_592_001), json!(60.5), json!("60"), json!(1e300), json!([60])]
    {
        let refused = world.with("expiresInSeconds", value).await.problem(400, "invalid_field");
        assert!(refused.text.contains("expiresInSeconds"), "{}", refused.text);
    }
    for value in [json!(7), json!({}), json!("m".repeat(2_001))] {
        let refused = world.with("message", value).await.problem(400, "invalid_field");
        assert!(refused.text.contains("message"), "{}", refused.text);
    }
    assert_eq!(world.usher.team(&world.token).await.len(), 1);
    for field in ["expiresInSeconds", "message"] {
        world.with(field, Value::Null).await.expect(200);
    }
}
