//! Tests of POST /connect/token, which issues an access token to a service account.

use serde_json::json;
use tests::{Answer, Endpoint};

use super::{Client, SDWORKSPACE, TENANT, text};

async fn ask(usher: &Endpoint, form: &[(&str, &str)]) -> Answer {
    usher.read(usher.request("POST", "/connect/token").form(form)).await
}

fn refused(answer: Answer, error: &str) {
    let answer = answer.expect(400);
    assert_eq!(answer.json(), json!({ "error": error }));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_client_gets_a_token_for_its_own_company() {
    let client = Client::new(&[]).await;
    let answer = client.usher.client_token(&client.id, &client.secret).await.expect(200);
    let body = answer.json();
    let token = text(&body, "access_token");
    let expected = json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": "WebAPI" });
    assert_eq!(body, expected);
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    client.usher.get(&format!("{TENANT}/allusers"), &token).await.expect(200);
    client.usher.get("/noCo/api/v2/workspaces", &token).await.expect(200);
}

#[tokio::test]
async fn a_token_ends_with_its_secret() {
    let client = Client::new(&[]).await;
    let path = format!("{SDWORKSPACE}/CurrentWorkspaces");
    client.usher.get(&path, &client.token).await.expect(200);
    let reset = format!("/idp/api/v1/company/serviceAccount/{}/token/reset", client.id);
    let secret = text(&client.usher.post(&reset, &client.ada.token, json!({})).await.expect(200).json(), "token");
    client.usher.get(&path, &client.token).await.expect(401);
    refused(client.usher.client_token(&client.id, &client.secret).await, "invalid_client");

    let token = text(&client.usher.client_token(&client.id, &secret).await.expect(200).json(), "access_token");
    client.usher.get(&path, &token).await.expect(200);
    let account = format!("/idp/api/v1/company/serviceAccount/{}", client.id);
    client.usher.send("DELETE", &account, Some(&client.ada.token), None).await.expect(200);
    client.usher.get(&path, &token).await.expect(401);
    refused(client.usher.client_token(&client.id, &secret).await, "invalid_client");
}

#[tokio::test]
async fn a_token_ends_after_an_hour() {
    let client = Client::new(&[("ACCESS_TOKEN_TTL_SECONDS", "3600")]).await;
    let path = format!("{SDWORKSPACE}/CurrentWorkspaces");
    let token = text(&client.usher.client_token(&client.id, &client.secret).await.expect(200).json(), "access_token");
    client.usher.advance(3_600 - 60).await;
    client.usher.get(&path, &token).await.expect(200);
    client.usher.advance(60).await;
    client.usher.get(&path, &token).await.expect(401);
}

#[tokio::test]
async fn all_wrong_credentials_get_the_same_answer() {
    let (client, other) = (Client::new(&[]).await, Client::new(&[]).await);
    let usher = &client.usher;
    let stranger = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    for (id, secret) in [
        (client.id.as_str(), "usher_sa_wrong"),
        (stranger, client.secret.as_str()),
        (&other.id, &client.secret),
        (&client.id, &client.token),
        (&client.id, &client.ada.token),
        ("client", &client.secret),
        (&client.id, ""),
        ("", ""),
    ] {
        refused(usher.client_token(id, secret).await, "invalid_client");
    }
}

#[tokio::test]
async fn each_refusal_has_its_error_code_of_the_rfc() {
    let client = Client::new(&[]).await;
    let (id, secret) = (("client_id", client.id.as_str()), ("client_secret", client.secret.as_str()));
    let (grant, scope) = (("grant_type", "client_credentials"), ("scope", "WebAPI"));
    let usher = &client.usher;
    refused(ask(usher, &[scope, id, secret]).await, "invalid_request");
    refused(ask(usher, &[("grant_type", ""), scope, id, secret]).await, "invalid_request");
    refused(ask(usher, &[("grant_type", "password"), scope, id, secret]).await, "unsupported_grant_type");
    refused(ask(usher, &[grant, ("scope", "Everything"), id, secret]).await, "invalid_scope");
    refused(ask(usher, &[grant, scope, secret]).await, "invalid_client");
    refused(ask(usher, &[grant, scope, id]).await, "invalid_client");
    ask(usher, &[grant, id, secret]).await.expect(200);
    let body = json!({ "grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret });
    refused(usher.post_open("/connect/token", body).await, "invalid_request");
}
