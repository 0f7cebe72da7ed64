//! Tests of GET /api/v0/workspaces and POST /api/v0/workspaces/{workspaceId}/select.

use serde_json::{Value, json};
use tests::Endpoint;

const PATH: &str = "/api/v0/workspaces";

async fn current(usher: &Endpoint, token: &str) -> Value {
    usher.get(PATH, token).await.expect(200).json()["current_workspace_id"].clone()
}

async fn select(usher: &Endpoint, token: &str, workspace: &str) {
    let answer = usher.send("POST", &format!("{PATH}/{workspace}/select"), Some(token), None).await.expect(200);
    assert_eq!(answer.text, "null");
}

#[tokio::test]
async fn a_callers_workspaces_are_listed_oldest_first_and_the_oldest_is_the_current_one() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let none = json!({ "workspaces": [], "current_workspace_id": null });
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), none);
    let first = usher.workspace(&ada.token, "First").await;
    let second = usher.workspace(&ada.token, "Second").await;
    let expected = json!({
        "workspaces": [
            { "workspace_id": first, "workspace_name": "First" },
            { "workspace_id": second, "workspace_name": "Second" },
        ],
        "current_workspace_id": first,
    });
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), expected);
}

#[tokio::test]
async fn the_selected_workspace_is_the_current_one_of_the_caller_alone() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let first = usher.workspace(&ada.token, "First").await;
    let second = usher.workspace(&ada.token, "Second").await;
    let bob = usher.member(&ada.token, &first, "bob", "VIEWER").await;
    for chosen in [&second, &second, &first, &second] {
        select(&usher, &ada.token, chosen).await;
        assert_eq!(current(&usher, &ada.token).await, json!(chosen));
    }
    assert_eq!(current(&usher, &bob.token).await, json!(first));
    // The current workspace that a person selects holds for the person, whichever access token the person uses.
    let again = usher.token(&ada.email).await;
    assert_eq!(current(&usher, &again).await, json!(second));
}

#[tokio::test]
async fn a_workspace_that_is_out_of_reach_can_be_neither_selected_nor_current() {
    let usher = Endpoint::start().await;
    let (ada, eve) = (usher.founder("ada").await, usher.founder("eve").await);
    let workspace = usher.workspace(&ada.token, "Ours").await;
    let own = usher.workspace(&eve.token, "Theirs").await;
    let number = usher.workspace_number(&ada.token, "Ours").await.to_string();
    let short = usher.short_id(&ada.token, &workspace).await;
    for id in [&workspace, &number, &short, "3fa85f64-5717-4562-b3fc-2c963f66afa6", "x"] {
        let path = format!("{PATH}/{id}/select");
        usher.send("POST", &path, Some(&eve.token), None).await.hexabase_error(400, "INVALID_PARAMS");
    }
    usher.invite(&ada.token, &workspace, &[(&eve.email, "VIEWER")]).await.expect(200);
    usher.accept(&eve.token, &usher.mail(&eve.email, 2).await.hash()).await.expect(200);
    select(&usher, &eve.token, &workspace).await;
    assert_eq!(current(&usher, &eve.token).await, json!(workspace));
    // After a person is removed from the current workspace, the oldest remaining workspace is the current workspace.
    let member = usher.workspace_user(&ada.token, &short, &eve.email).await;
    let path = format!("/v1/workspace-users/{}", member["id"].as_str().unwrap());
    usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
    assert_eq!(current(&usher, &eve.token).await, json!(own));
}
