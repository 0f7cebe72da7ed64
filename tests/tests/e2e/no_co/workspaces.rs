//! Tests of the routes below `/noCo/api/v2/workspaces`.

use serde_json::{Value, json};
use tests::Endpoint;

const PATH: &str = "/noCo/api/v2/workspaces";

async fn ids(usher: &Endpoint, token: &str) -> Vec<Value> {
    let listed = usher.get(PATH, token).await.expect(200).json();
    listed.as_array().expect("a bare array").iter().map(|workspace| workspace["id"].clone()).collect()
}

#[tokio::test]
async fn a_workspace_looks_the_same_when_created_listed_and_shown() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), json!([]));
    let body = json!({ "name": "Project Alpha", "description": "Main workspace\r\nfor Alpha" });
    let first = usher.post(PATH, &ada.token, body).await.expect(200).json();
    let (id, created_at) = (first["id"].as_str().unwrap(), first["createdAt"].as_str().unwrap());
    assert!(id.len() == 36 && created_at.ends_with('Z'), "{first}");
    let expected = json!({
        "id": id, "name": "Project Alpha", "description": "Main workspace\nfor Alpha", "createdAt": created_at,
    });
    assert_eq!(first, expected);
    let second = usher.post(PATH, &ada.token, json!({ "name": "Beta", "description": " " })).await.expect(200).json();
    assert_eq!(second["description"], Value::Null);

    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), json!([first, second]));
    for spelling in [id.to_owned(), id.to_uppercase()] {
        assert_eq!(usher.get(&format!("{PATH}/{spelling}"), &ada.token).await.expect(200).json(), first);
    }
    // The creator of a workspace is its ADMIN.
    let profile = usher.get("/idp/api/v1/user", &ada.token).await.expect(200).json();
    assert!(profile["workspaces"].as_array().unwrap().iter().all(|entry| entry["role"] == "ADMIN"), "{profile}");
}

#[tokio::test]
async fn a_name_is_one_line_of_at_most_120_characters() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    for (body, expected) in [
        (json!({}), "required"),
        (json!({ "name": null }), "required"),
        (json!({ "name": "" }), "empty"),
        (json!({ "name": " \u{0}\u{200b}\n" }), "empty"),
        (json!({ "name": "n".repeat(121) }), "120"),
        (json!({ "name": ["n"] }), "must be a string"),
        (json!({ "name": "n", "description": 1 }), "must be a string"),
        (json!({ "name": "n", "description": "d".repeat(2_001) }), "2000"),
    ] {
        let answer = usher.post(PATH, &ada.token, body).await.datagol_error(400, "INVALID_FIELD");
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    assert!(ids(&usher, &ada.token).await.is_empty());
    let longest = "é".repeat(120);
    for (typed, kept) in [
        (longest.as_str(), longest.as_str()),
        (" <b>A\u{202e}lpha</b>\r\nOne ", "<b>Alpha</b> One"),
        ("日本 🗝", "日本 🗝"),
    ] {
        let body = json!({ "name": typed, "description": "d".repeat(2_000) });
        assert_eq!(usher.post(PATH, &ada.token, body).await.expect(200).json()["name"], kept);
    }
}

#[tokio::test]
async fn a_member_reaches_theirs_a_company_admin_all_and_another_company_none() {
    let usher = Endpoint::start().await;
    let (ada, bob) = (usher.founder("ada").await, usher.founder("bob").await);
    let (one, two) = (usher.workspace(&ada.token, "One").await, usher.workspace(&ada.token, "Two").await);
    let grace = usher.member(&ada.token, &one, "grace", "VIEWER").await;
    assert_eq!(ids(&usher, &grace.token).await, [one.as_str()]);
    // Any user of a company may create workspaces, and the company's admin can reach these workspaces.
    let three = usher.workspace(&grace.token, "Three").await;
    assert_eq!(ids(&usher, &grace.token).await, [one.as_str(), &three]);
    assert_eq!(ids(&usher, &ada.token).await, [one.as_str(), &two, &three]);
    usher.get(&format!("{PATH}/{three}"), &ada.token).await.expect(200);
    usher.get(&format!("{PATH}/{two}"), &grace.token).await.datagol_error(404, "NOT_FOUND");
    assert!(ids(&usher, &bob.token).await.is_empty());
    usher.get(&format!("{PATH}/{one}"), &bob.token).await.datagol_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_malformed_workspace_id_is_not_found() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "One").await;
    let guest = json!({ "workSpaceUsers": [{ "email": usher.address("guest"), "role": "VIEWER" }] });
    let bare = workspace.replace('-', "");
    let long = "x".repeat(2_000);
    for id in ["1", "x", "null", "%20", "%00", "..%2f", "3fa85f64-5717-4562-b3fc-2c963f66afa6", &bare, &long] {
        usher.get(&format!("{PATH}/{id}"), &ada.token).await.datagol_error(404, "NOT_FOUND");
        usher.post(&format!("{PATH}/{id}/bulkUsers"), &ada.token, guest.clone()).await.datagol_error(404, "NOT_FOUND");
    }
}
