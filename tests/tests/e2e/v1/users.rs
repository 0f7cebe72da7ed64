//! Tests of the routes below `/v1/users`.

use serde_json::json;

use super::{World, text};

#[tokio::test]
async fn a_user_has_one_id_in_all_of_the_companys_workspaces_and_is_found_by_it() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let guest = usher.founder("guest").await;
    let email = usher.address("grace");
    let other = usher.dock_post(&ada.token, "workspaces", json!({ "name": "Other" })).await;
    let other = text(&other["workspace"]["id"]);
    for email in [&email, &guest.email] {
        let here = world.add(email, "viewer").await;
        let body = json!({ "email": email, "role": "viewer", "workspaceId": other });
        let there = usher.dock_post(&ada.token, "workspace-users", body).await["workspaceUser"].clone();
        assert_ne!(here["id"], there["id"]);
        assert_eq!(here["user"]["id"], there["user"]["id"]);
        let got = usher.dock_get(&ada.token, &format!("users/{}", text(&here["user"]["id"]))).await["user"].clone();
        assert_eq!((&got["id"], &got["email"]), (&here["user"]["id"], &json!(email)));
        // The same person has another id in another company. In the other company nobody has the person's first id.
        let path = format!("/v1/users/{}", text(&here["user"]["id"]));
        usher.get(&path, &guest.token).await.dock_error(404, "NOT_FOUND");
    }
    let users = usher.dock_get(&ada.token, "users?properties=email").await;
    let mut emails: Vec<_> = users["users"].as_array().unwrap().iter().map(|user| text(&user["email"])).collect();
    let mut expected = vec![ada.email.clone(), email, guest.email.clone()];
    emails.sort();
    expected.sort();
    assert_eq!(emails, expected);
    assert_eq!(users["pageInfo"]["total"], 3);
    assert_eq!(users["users"][0].as_object().map(serde_json::Map::len), Some(4));
    usher.get("/v1/users?properties=user.email", &ada.token).await.dock_error(400, "BAD_REQUEST");
    for id in ["AAAAAAAAAAAA", "3fa85f64-5717-4562-b3fc-2c963f66afa6"] {
        usher.get(&format!("/v1/users/{id}"), &ada.token).await.dock_error(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_member_from_another_company_and_a_service_account_are_listed_too() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let guest = usher.founder("guest").await;
    world.add(&guest.email, "viewer").await;
    usher.accept(&guest.token, &usher.mail(&guest.email, 2).await.hash()).await.expect(200);
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, json!({ "name": "robot" })).await;
    let robot = text(&robot.expect(200).json()["email"]);
    let added = world.add(&robot, "editor").await;
    let users = usher.dock_get(&ada.token, "users").await["users"].clone();
    let emails: Vec<_> = users.as_array().unwrap().iter().map(|user| text(&user["email"])).collect();
    for email in [&guest.email, &robot] {
        assert!(emails.contains(email), "{email} in {emails:?}");
    }
    usher.get(&format!("/v1/users/{}", text(&added["user"]["id"])), &ada.token).await.expect(200);
}
