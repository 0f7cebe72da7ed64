//! Tests of malformed bodies and ids, and of callers without the right to invite.

use serde_json::{Value, json};
use tests::Endpoint;

use super::{Client, SDWORKSPACE, TENANT, users};

#[tokio::test]
async fn a_body_that_is_not_what_is_taken_is_a_400() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let workspace = format!("{SDWORKSPACE}/inviteusers");
    let cases = [
        (json!({}), "\"workspaceId\" is required."),
        (json!({ "workspaceId": null, "users": [] }), "\"workspaceId\" is required."),
        (json!({ "workspaceId": client.number }), "\"users\" is required."),
        (json!({ "workspaceId": client.number, "users": {} }), "\"users\" must be an array."),
        (json!({ "workspaceId": client.number, "users": [] }), "At least one user is needed."),
        (json!({ "workspaceId": client.number, "users": ["a@example.com"] }), "The entry must be a JSON object."),
        (json!({ "workspaceId": client.number, "users": [{}] }), "\"email\" is required."),
        (json!({ "workspaceId": client.number, "users": [{ "email": 1 }] }), "\"email\" must be a string."),
        (json!({ "workspaceId": client.number, "users": [{ "email": "a@example.com" }] }), "\"roleName\" is required."),
    ];
    for (body, detail) in cases {
        usher.post(&workspace, &client.token, body).await.smart_documentor_error(400, detail);
    }
    for path in [workspace, format!("{TENANT}/inviteusers")] {
        let request = || usher.request("POST", &path).bearer_auth(&client.token);
        usher.read(request().body("{")).await.smart_documentor_error(400, "The body isn't valid JSON.");
        let other = request().header("content-type", "text/plain").body("{}");
        usher.read(other).await.smart_documentor_error(415, "The content type must be application/json.");
        let large = request().body(" ".repeat(4 * 1024 * 1024 + 1));
        usher.read(large).await.smart_documentor_error(413, "The body is larger than 4 MB. Send fewer users at once.");
    }
}

#[tokio::test]
async fn an_id_that_is_not_ones_own_is_a_404_whatever_its_form() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let eve = usher.founder("eve").await;
    usher.workspace(&eve.token, "Theirs").await;
    let theirs = usher.workspace_number(&eve.token, "Theirs").await;
    let missing = "There is no such workspace.";
    for id in
        [json!(theirs), json!(0), json!(-1), json!(1.5), json!(4_294_967_296_u64), json!("1"), json!(client.workspace)]
    {
        let body = json!({ "workspaceId": id, "users": users(&[("a@example.com", "Viewer")]) });
        usher
            .post(&format!("{SDWORKSPACE}/inviteusers"), &client.token, body)
            .await
            .smart_documentor_error(404, missing);
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        if id != "1" {
            usher
                .get(&format!("{SDWORKSPACE}/allusers/{id}"), &client.token)
                .await
                .smart_documentor_error(404, missing);
        }
    }
    usher.get(&client.members(), &eve.token).await.smart_documentor_error(404, missing);
}

#[tokio::test]
async fn company_wide_routes_are_for_company_admins() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let member = usher.member(&client.ada.token, &client.workspace, "member", "ADMIN").await;
    client.to_tenant(&[(&usher.address("manager"), "Manager")]).await.expect(200);
    let manager = usher.address("manager");
    usher.sign_up_by_invitation(&manager, &usher.mail(&manager, 1).await.hash()).await.expect(200);
    let manager = usher.token(&manager).await;
    let detail = "Only an administrator of the company may do this.";
    let body = json!({ "users": users(&[(&usher.address("guest"), "Viewer")]) });
    for token in [&member.token, &manager] {
        for path in ["availableroles", "allusers"] {
            usher.get(&format!("{TENANT}/{path}"), token).await.smart_documentor_error(403, detail);
        }
        usher.post(&format!("{TENANT}/inviteusers"), token, body.clone()).await.smart_documentor_error(403, detail);
        usher.get(&format!("{SDWORKSPACE}/availableroles"), token).await.expect(200);
        usher.get(&client.members(), token).await.expect(200);
    }
    // A client that isn't a company admin has the role with which the client was added to the workspace.
    let made = usher.post("/idp/api/v1/company/serviceAccount", &client.ada.token, json!({ "name": "plain" })).await;
    let plain = client_of(usher, &made.expect(200).json()).await;
    usher.get(&format!("{TENANT}/allusers"), &plain).await.smart_documentor_error(403, detail);
    usher.get(&client.members(), &plain).await.smart_documentor_error(404, "There is no such workspace.");
}

async fn client_of(usher: &Endpoint, account: &Value) -> String {
    let answer = usher.client_token(&super::text(account, "id"), &super::text(account, "token")).await;
    super::text(&answer.expect(200).json(), "access_token")
}
