//! Tests of `GET /idp/api/v1/user`, the caller's own profile.

use serde_json::json;
use tests::Endpoint;

#[tokio::test]
async fn an_invited_person_sees_their_roles_and_is_no_admin() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let company = usher.get("/idp/api/v1/user", &ada.token).await.expect(200).json()["companyId"].clone();
    let grace = usher.member(&ada.token, &workspace, "grace", "EDITOR").await;
    let profile = usher.get("/idp/api/v1/user", &grace.token).await.expect(200).json();
    assert!(profile["id"].is_u64());
    let expected = json!({
        "id": profile["id"], "firstname": "Grace", "lastname": "Guest", "email": grace.email,
        "companyName": "ada Ltd", "companyId": company, "status": "ACTIVE", "roles": ["USER"],
        "permissions": ["VIEW"], "mfaEnabled": false, "role": "USER",
        "workspaces": [{
            "workspaceId": workspace, "role": "EDITOR",
            "permissions": ["VIEW", "COMMENT", "COLLABORATE", "REVIEW", "EDIT"],
        }],
    });
    assert_eq!(profile, expected);
}

#[tokio::test]
async fn a_service_account_has_a_profile_too() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let body = json!({ "name": "robot" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
    let profile = usher.get("/idp/api/v1/user", robot["token"].as_str().unwrap()).await.expect(200).json();
    assert_eq!(profile["email"], robot["email"]);
    assert_eq!((&profile["firstname"], &profile["lastname"]), (&json!("robot"), &json!(null)));
    assert_eq!((&profile["role"], &profile["workspaces"]), (&json!("USER"), &json!([])));
}
