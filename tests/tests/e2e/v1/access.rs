//! `/v1/workspaces/{id}/access`

use serde_json::json;

use super::{World, text};

#[tokio::test]
async fn access_adds_people_and_domains_changes_roles_and_removes_nobody() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let bob = usher.member(&ada.token, &world.id, "bob", "VIEWER").await;
    let (kept, new) = (usher.address("kept"), usher.address("new"));
    world.add(&kept, "viewer").await;
    let mails = usher.mail(&kept, 1).await;
    usher.advance(61).await;
    let body = json!({
        "workspaceUsers": [
            { "role": "editor", "user": { "email": bob.email } }, { "role": "commenter", "user": { "email": new } },
        ],
        "workspaceDomains": [{ "role": "viewer", "domain": "Access.Example" }],
        "message": "Welcome",
    });
    let path = format!("workspaces/{}/access", world.workspace);
    for _ in 0..2 {
        let set = usher.dock(&ada.token, &path, body.clone()).await["workspace"].clone();
        let domains = set["workspaceDomains"].as_array().unwrap();
        assert_eq!(domains.len(), 1);
        assert_eq!((&domains[0]["domain"], &domains[0]["role"]), (&json!("access.example"), &json!("viewer")));
        let roles: Vec<_> = set["workspaceUsers"].as_array().unwrap().iter().map(|one| text(&one["role"])).collect();
        assert_eq!(roles, ["owner", "editor", "viewer", "commenter"]);
    }
    assert!(usher.mail(&new, 1).await.text.contains("Welcome"));
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("EDITOR"));
    // Who was invited before isn't mailed for the change of somebody else.
    usher.join(&kept, &mails.hash()).await.expect(200);
    let body = json!({ "workspaceDomains": [{ "role": "editor", "domain": "access.example" }] });
    let set = usher.dock(&ada.token, &path, body).await["workspace"].clone();
    assert_eq!(set["workspaceDomains"][0]["role"], "editor");
}

#[tokio::test]
async fn a_bad_entry_refuses_all_of_it() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let email = usher.address("grace");
    let good = json!({ "role": "viewer", "user": { "email": email } });
    let path = format!("/v1/workspaces/{}/access", world.workspace);
    for bad in [
        json!({ "role": "viewer", "user": { "email": email.to_uppercase() } }),
        json!({ "role": "boss", "user": { "email": "x@y.example" } }),
        json!({ "role": "viewer", "user": { "email": "nobody" } }),
        json!({ "role": "viewer" }),
        json!("x"),
    ] {
        let body = json!({ "workspaceUsers": [good, bad] });
        usher.post(&path, &ada.token, body).await.dock(400, "BAD_REQUEST");
    }
    let body = json!({ "workspaceUsers": [good], "workspaceDomains": [{ "role": "viewer", "domain": "gmail.com" }] });
    usher.post(&path, &ada.token, body).await.dock(400, "BAD_REQUEST");
    let body = json!({ "workspaceUsers": [{ "role": "viewer", "user": { "email": ada.email } }] });
    usher.post(&path, &ada.token, body).await.dock(400, "BAD_REQUEST");
    assert_eq!(world.people().await, [(ada.email.clone(), "owner".to_owned())]);
}
