//! Tests of `GET /idp/api/v1/team`, the list of the company's people.

use serde_json::{Value, json};
use tests::Endpoint;

const PATH: &str = "/idp/api/v1/team";

async fn team(usher: &Endpoint, token: &str) -> Vec<Value> {
    usher.get(PATH, token).await.expect(200).json().as_array().expect("a bare array").clone()
}

fn emails(team: &[Value]) -> Vec<&str> {
    team.iter().map(|person| person["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn users_and_the_invited_are_listed_once_each_and_nobody_else() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let stranger = usher.founder("stranger").await;
    let (alpha, beta) = (usher.workspace(&ada.token, "A").await, usher.workspace(&ada.token, "B").await);
    let grace = usher.member(&ada.token, &alpha, "grace", "CREATOR").await;
    let pending = usher.address("pending");
    for workspace in [&alpha, &beta] {
        usher.invite(&ada.token, workspace, &[(&pending, "EDITOR")]).await.expect(200);
    }
    // A guest from another company is a member of the workspace, and stays in their own company.
    usher.invite(&ada.token, &alpha, &[(&stranger.email, "VIEWER")]).await.expect(200);
    let hash = usher.mail(&stranger.email, 2).await.hash();
    usher.post("/api/v1/invitations/accept", &stranger.token, json!({ "hash": hash })).await.expect(200);
    let body = json!({ "name": "robot" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
    usher.invite(&ada.token, &alpha, &[(robot["email"].as_str().unwrap(), "EDITOR")]).await.expect(200);

    let listed = team(&usher, &ada.token).await;
    assert_eq!(emails(&listed), [&ada.email, &grace.email, &pending]);
    let company = listed[0]["companyId"].clone();
    for (person, first, last, status, role) in [
        (&listed[0], json!("Ada"), json!("Founder"), "ACTIVE", "ADMIN"),
        (&listed[1], json!("Grace"), json!("Guest"), "ACTIVE", "USER"),
        (&listed[2], Value::Null, Value::Null, "INVITED", "EDITOR"),
    ] {
        assert!(person["id"].is_u64(), "{person}");
        let expected = json!({
            "id": person["id"], "firstname": first, "lastname": last, "email": person["email"],
            "companyName": "ada Ltd", "companyId": company, "status": status, "role": role,
        });
        assert_eq!(*person, expected);
    }
    assert_eq!(team(&usher, &grace.token).await, listed);
    assert_eq!(emails(&team(&usher, &stranger.token).await), [&stranger.email]);
}

#[tokio::test]
async fn a_user_id_that_the_invitation_gives_is_kept_at_sign_up() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "A").await;
    let grace = usher.address("grace");
    usher.invite(&ada.token, &workspace, &[(&grace, "VIEWER")]).await.expect(200);
    let invited = team(&usher, &ada.token).await;
    usher.sign_up_by_invitation(&grace, &usher.mail(&grace, 1).await.hash()).await.expect(200);
    let joined = team(&usher, &ada.token).await;
    assert_eq!(emails(&joined), emails(&invited));
    assert_eq!(joined[1]["id"], invited[1]["id"]);
    assert_ne!(joined[1]["id"], joined[0]["id"]);
}

#[tokio::test]
async fn an_expired_invitation_is_not_listed() {
    let usher = Endpoint::own(&[("INVITATION_TTL_SECONDS", "86400")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "A").await;
    let grace = usher.address("grace");
    usher.invite(&ada.token, &workspace, &[(&grace, "VIEWER")]).await.expect(200);
    usher.advance(86_340).await;
    let token = usher.token(&ada.email).await;
    assert_eq!(emails(&team(&usher, &token).await), [&ada.email, &grace]);
    usher.advance(60).await;
    assert_eq!(emails(&team(&usher, &token).await), [&ada.email]);
}
