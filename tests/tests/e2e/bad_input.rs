//! Tests that a malformed body of a DataGOL request gets a 4xx in DataGOL's error format, and never a 5xx.

use serde_json::{Value, json};
use tests::{
    Answer, Endpoint, PASSWORD,
    unauthenticated::{CASES, OPEN},
};

/// The largest body that the service accepts, in bytes.
const MOST: usize = 4 * 1024 * 1024;

const WORKSPACES: &str = "/noCo/api/v2/workspaces";

/// The routes of DataGOL's contract that accept a body.
fn takers() -> Vec<&'static str> {
    let posts = CASES.iter().chain(OPEN).filter(|(method, path)| *method == "POST" && !path.ends_with("/reset"));
    posts.map(|(_, path)| *path).filter(|path| path.starts_with("/idp") || path.starts_with("/noCo")).collect()
}

/// A caller with all rights, and the workspace for the routes' paths.
struct Caller {
    usher: Endpoint,
    email: String,
    token: String,
    workspace: String,
}

impl Caller {
    async fn new() -> Self {
        let usher = Endpoint::start().await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        Self { usher, email: ada.email, token: ada.token, workspace }
    }

    async fn post(&self, path: &str, content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        let path = path.replace("{workspaceId}", &self.workspace);
        let request = self.usher.request("POST", &path).bearer_auth(&self.token).body(body.into());
        let request = content_type.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        self.usher.read(request).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.post(path, Some("application/json"), body.to_string()).await
    }
}

#[test]
fn the_tests_know_every_route_that_takes_a_body() {
    assert_eq!(takers().len(), 8, "{:?}", takers());
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_by_every_route() {
    let caller = Caller::new().await;
    let deep = format!("{{\"email\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: [&[u8]; 14] = [
        b"",
        b" \r\n",
        b"{",
        b"{\"email\": \"a@exam",
        b"{\"email\": \"a@example.com\",}",
        b"{} {}",
        b"[]",
        b"[{\"email\": \"a@example.com\"}]",
        b"null",
        b"\"text\"",
        b"1e999",
        b"email=a%40example.com",
        b"{\"email\": \"\xff\xfe\"}",
        deep.as_bytes(),
    ];
    for path in takers() {
        for body in bodies {
            caller.post(path, Some("application/json"), body).await.datagol_error(400, "INVALID_BODY");
        }
    }
}

#[tokio::test]
async fn another_content_type_is_refused_by_every_route() {
    let caller = Caller::new().await;
    for path in takers() {
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonp", "x", ""]
        {
            caller.post(path, Some(kind), "{}").await.datagol_error(400, "UNSUPPORTED_MEDIA_TYPE");
        }
    }
}

#[tokio::test]
async fn a_content_type_may_be_missing_or_carry_parameters() {
    let caller = Caller::new().await;
    let kinds = [None, Some("application/json"), Some("Application/JSON; charset=utf-8"), Some("application/json;x=y")];
    for kind in kinds {
        caller.post(WORKSPACES, kind, r#"{"name": "Alpha"}"#).await.expect(200);
        let body = json!({ "email": caller.email, "password": PASSWORD });
        caller.post("/idp/api/v1/user/token", kind, body.to_string()).await.expect(200);
        for path in takers() {
            caller.post(path, kind, "{}").await.datagol_error(400, "INVALID_FIELD");
        }
    }
}

#[tokio::test]
async fn a_required_field_of_another_type_is_refused_by_every_route() {
    let caller = Caller::new().await;
    let fields = ["email", "password", "firstname", "lastname", "otp", "name", "workSpaceUsers"];
    for path in takers() {
        for value in [json!(1), json!(true), json!({}), json!(null), json!(1.5e300)] {
            let body: Value = fields.iter().map(|field| ((*field).to_owned(), value.clone())).collect();
            caller.post_json(path, &body).await.datagol_error(400, "INVALID_FIELD");
        }
        let body: Value = fields.iter().map(|field| ((*field).to_owned(), json!("\u{0}"))).collect();
        let answer = caller.post_json(path, &body).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let caller = Caller::new().await;
    let made = caller.post_json(WORKSPACES, &json!({ "name": "Alpha", "id": "mine", "owner": [] })).await.expect(200);
    assert_ne!(made.json()["id"], "mine");
    let body = json!({ "email": caller.email, "password": PASSWORD, "rememberMe": true });
    caller.post_json("/idp/api/v1/user/login", &body).await.expect(200);
    let email = caller.usher.address("grace");
    let body = json!({
        "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Hopper", "status": "ACTIVE",
        "role": "ADMIN", "companyId": 1,
    });
    let answer = caller.post_json("/idp/api/v1/user/sign-up", &body).await.expect(200).json();
    assert_eq!((&answer["status"], &answer["role"]), (&json!("UNVERIFIED"), &json!(null)));
    let users = json!([{ "email": email, "role": "VIEWER", "admin": true }]);
    let body = json!({ "workSpaceUsers": users, "notify": { "deep": [1, 2, 3] } });
    let answer = caller.post_json(&format!("{WORKSPACES}/{{workspaceId}}/bulkUsers"), &body).await.expect(200).json();
    assert_eq!(answer["summary"], json!({ "invited": 1 }));
}

#[tokio::test]
async fn a_body_over_4_mb_is_refused_by_every_route_in_datagols_words() {
    let caller = Caller::new().await;
    let of_size = |size: usize| format!("{{\"x\": \"{}\"}}", "x".repeat(size - 9));
    let (most, more) = (of_size(MOST), of_size(MOST + 1));
    assert_eq!((most.len(), more.len()), (MOST, MOST + 1));
    for path in takers() {
        caller.post(path, Some("application/json"), more.clone()).await.datagol_error(413, "BODY_TOO_LARGE");
    }
    caller.post(WORKSPACES, Some("application/json"), most).await.datagol_error(400, "INVALID_FIELD");
}

#[tokio::test]
async fn every_route_refuses_an_address_that_is_too_long() {
    let caller = Caller::new().await;
    let domain = vec!["d".repeat(62); 3].join(".");
    let too_long = [
        format!("{}@example.com", "l".repeat(65)),
        format!("{}@{domain}.com", "l".repeat(64)),
        format!("l@{}.com", "ü".repeat(60)),
        "l".repeat(100_000),
    ];
    for email in too_long {
        let body = json!({
            "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Hopper", "otp": "123456",
        });
        for path in ["sign-up", "signUp/verifyEmailOtp", "signUp/resendEmailOtp"] {
            caller.post_json(&format!("/idp/api/v1/user/{path}"), &body).await.datagol_error(400, "INVALID_FIELD");
        }
        for path in ["token", "login"] {
            let answer = caller.post_json(&format!("/idp/api/v1/user/{path}"), &body).await;
            answer.datagol_error(401, "INVALID_CREDENTIALS");
        }
        let body = json!({ "workSpaceUsers": [{ "email": email, "role": "VIEWER" }] });
        let answer = caller.post_json(&format!("{WORKSPACES}/{{workspaceId}}/bulkUsers"), &body).await.expect(400);
        assert_eq!(answer.json()["results"][0]["status"], "invalid");
    }
}
