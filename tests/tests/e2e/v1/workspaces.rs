//! Tests of the routes below `/v1/workspaces`.

use serde_json::json;

use tests::Need;

use super::{World, text};

#[tokio::test]
async fn a_workspace_is_created_listed_renamed_and_published() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let guest = usher.address("guest");
    let body = json!({ "name": "Beta", "workspaceUsers": [{ "role": "editor", "user": { "email": guest } }] });
    let made = usher.dock_post(&ada.token, "workspaces", body).await["workspace"].clone();
    assert_eq!(
        (&made["object"], &made["name"], &made["published"]),
        (&json!("workspace"), &json!("Beta"), &json!(false))
    );
    let users = made["workspaceUsers"].as_array().unwrap();
    let users: Vec<_> = users.iter().map(|one| (text(&one["user"]["email"]), text(&one["role"]))).collect();
    assert_eq!(users, [(ada.email.clone(), "owner".to_owned()), (guest.clone(), "editor".to_owned())]);
    usher.mail(&guest, 1).await.hash();

    let path = format!("workspaces/{}", text(&made["id"]));
    let changed =
        usher.dock_patch(&ada.token, &path, json!({ "name": "Gamma", "published": true })).await.expect(200).json();
    let changed = changed["data"]["workspace"].clone();
    assert_eq!((&changed["name"], &changed["published"]), (&json!("Gamma"), &json!(true)));
    let same = usher.dock_patch(&ada.token, &path, json!({ "published": false })).await.expect(200).json();
    assert_eq!(same["data"]["workspace"]["name"], "Gamma");

    let listed = usher.dock_get(&ada.token, "workspaces?properties=name,published").await;
    let names: Vec<_> = listed["workspaces"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    assert_eq!(names, ["Project Alpha", "Gamma"]);
    assert_eq!(listed["workspaces"][0].get("workspaceUsers"), None);
    assert_eq!(listed["pageInfo"]["total"], 2);
    let whole = usher.dock_get(&ada.token, "workspaces").await;
    assert_eq!(whole["workspaces"][1]["workspaceUsers"], changed["workspaceUsers"]);
    let published =
        usher.dock_post(&ada.token, "workspaces", json!({ "name": "Delta", "autoPublishWorkspace": true })).await;
    assert_eq!(published["workspace"]["published"], true);
}

#[tokio::test]
async fn an_unreadable_request_changes_nothing() {
    let World { usher, ada, workspace, .. } = World::new().await;
    let people = json!([{ "role": "editor", "user": { "email": "nobody" } }]);
    for body in [json!({}), json!({ "name": "" }), json!({ "name": "x", "workspaceUsers": people })] {
        usher.post("/v1/workspaces", &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    }
    for body in [json!({ "published": "yes" }), json!({ "name": 1 })] {
        usher.dock_patch(&ada.token, &format!("workspaces/{workspace}"), body).await.dock_error(400, "BAD_REQUEST");
    }
    assert_eq!(usher.dock_get(&ada.token, "workspaces").await["pageInfo"]["total"], 1);
    let uuid = "workspaces/3fa85f64-5717-4562-b3fc-2c963f66afa6";
    usher.dock_patch(&ada.token, uuid, json!({ "published": true })).await.dock_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn another_version_an_unknown_path_and_a_wrong_verb_get_docks_error() {
    let World { usher, ada, .. } = World::new().await;
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/workspace-users/a/b"] {
        usher.get(path, &ada.token).await.dock_error(404, "NOT_FOUND");
    }
    usher.get("/v2/workspaces", &ada.token).await.expect(404);
    let answer = usher.send("DELETE", "/v1/users", Some(&ada.token), None).await.dock_error(405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "GET");
}

#[tokio::test]
async fn a_workspace_is_not_created_for_people_who_cannot_join_it() {
    let world = World::with(&[Need::EventFunctions]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let gone = usher.address("gone");
    assert!(usher.send_ses_event("complaint", 1, &gone, &json!({})).await);
    let entry = |email: &str, role: &str| json!({ "role": role, "user": { "email": email } });
    let grace = usher.address("grace");
    for people in [
        vec![entry(&grace, "viewer"), entry(&grace.to_uppercase(), "editor")],
        vec![entry(&grace, "viewer"), entry(&gone, "viewer")],
        vec![entry("robot-00000000@acme.iam.serviceaccount.com", "viewer")],
        vec![entry(&grace, "viewer"), entry(&ada.email, "viewer")],
    ] {
        let body = json!({ "name": "Refused", "workspaceUsers": people });
        usher.post("/v1/workspaces", &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    }
    assert_eq!(usher.dock_get(&ada.token, "workspaces").await["pageInfo"]["total"], 1);
    usher.mail_all().await;
    assert!(usher.mails(&grace).await.is_empty());
    let body = json!({ "name": "Made", "workspaceUsers": [entry(&grace, "viewer"), entry(&ada.email, "owner")] });
    usher.dock_post(&ada.token, "workspaces", body).await;
    usher.mail(&grace, 1).await;
}
