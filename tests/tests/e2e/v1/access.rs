//! Tests of `/v1/workspaces/{id}/access`, which sets who has access to a workspace.

use serde_json::json;

use tests::Need;

use super::{World, text};

#[tokio::test]
async fn access_adds_people_and_domains_changes_roles_and_removes_nobody() {
    let world = World::with(&[Need::Clock]).await;
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
        let set = usher.dock_post(&ada.token, &path, body.clone()).await["workspace"].clone();
        let domains = set["workspaceDomains"].as_array().unwrap();
        assert_eq!(domains.len(), 1);
        assert_eq!((&domains[0]["domain"], &domains[0]["role"]), (&json!("access.example"), &json!("viewer")));
        let roles: Vec<_> = set["workspaceUsers"].as_array().unwrap().iter().map(|one| text(&one["role"])).collect();
        assert_eq!(roles, ["owner", "editor", "viewer", "commenter"]);
    }
    assert!(usher.mail(&new, 1).await.text.contains("Welcome"));
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("EDITOR"));
    // A person who was invited before gets no mail when a request changes another person.
    usher.sign_up_by_invitation(&kept, &mails.hash()).await.expect(200);
    let body = json!({ "workspaceDomains": [{ "role": "editor", "domain": "access.example" }] });
    let set = usher.dock_post(&ada.token, &path, body).await["workspace"].clone();
    assert_eq!(set["workspaceDomains"][0]["role"], "editor");
}

#[tokio::test]
async fn the_people_reported_to_have_access_are_the_people_listed_afterwards() {
    let world = World::with(&[Need::Clock]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let other = usher.workspace(&ada.token, "Beta").await;
    let bob = usher.member(&ada.token, &world.id, "bob", "VIEWER").await;
    let colleague = usher.member(&ada.token, &other, "colleague", "VIEWER").await;
    let [untouched, revoked, expelled, new] =
        ["untouched", "revoked", "expelled", "new"].map(|name| usher.address(name));
    for email in [&untouched, &revoked, &expelled] {
        world.add(email, "viewer").await;
    }
    usher.sign_up_by_invitation(&expelled, &usher.mail(&expelled, 1).await.hash()).await.expect(200);
    for email in [&revoked, &expelled] {
        let path = format!("/v1/workspace-users/{}", world.id_of(email).await);
        usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
    }
    usher.advance(61).await;
    let row = |email: &str| json!({ "role": "commenter", "user": { "email": email, "firstName": "Jo" } });
    let named = [&bob.email, &colleague.email, &revoked, &expelled, &new];
    let body = json!({ "workspaceUsers": named.map(|email| row(email)) });
    let answered = usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
    let listed =
        usher.dock_get(&ada.token, &format!("workspace-users?workspaceId={}&limit=100", world.workspace)).await;
    assert_eq!(answered["workspace"]["workspaceUsers"], listed["workspaceUsers"]);
    assert_eq!(listed["workspaceUsers"].as_array().unwrap().len(), 7);
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
        // The option `notifyPeople` makes no difference for invited people.
        for query in ["", "?properties=name"] {
            usher.post(&format!("{path}{query}"), &ada.token, body.clone()).await.dock_error(400, "BAD_REQUEST");
        }
    }
    let body = json!({ "workspaceUsers": [good], "workspaceDomains": [{ "role": "viewer", "domain": "gmail.com" }] });
    usher.post(&path, &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    let body = json!({ "workspaceUsers": [{ "role": "viewer", "user": { "email": ada.email } }] });
    usher.post(&path, &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    assert_eq!(world.people().await, [(ada.email.clone(), "owner".to_owned())]);
}

#[tokio::test]
async fn a_request_that_cannot_succeed_completely_writes_nothing() {
    let world = World::with(&[Need::MailReports]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let other = usher.workspace(&ada.token, "Other").await;
    let bounced = "bounce+dock@simulator.amazonses.com";
    usher.invite(&ada.token, &other, &[(bounced, "VIEWER")]).await.expect(200);
    usher.mail_all().await;
    let new = usher.address("new");
    let person = |email: &str, role: &str| json!({ "role": role, "user": { "email": email } });
    let domain = |domain: &str, role: &str| json!({ "role": role, "domain": domain });
    let path = format!("/v1/workspaces/{}/access", world.workspace);
    for (other, domains) in [
        (person(bounced, "viewer"), json!([domain("whole.example", "viewer")])),
        // This request would take the role ADMIN from the workspace's last ADMIN.
        (person(&ada.email, "viewer"), json!([domain("whole.example", "viewer")])),
        (person(&ada.email, "owner"), json!([domain("whole.example", "viewer"), domain("WHOLE.example", "editor")])),
    ] {
        let body = json!({ "workspaceUsers": [person(&new, "viewer"), other], "workspaceDomains": domains });
        usher.post(&path, &ada.token, body).await.dock_error(400, "BAD_REQUEST");
        assert_eq!(world.people().await, [(ada.email.clone(), "owner".to_owned())]);
        assert_eq!(usher.dock_get(&ada.token, "workspace-domains").await["workspaceDomains"], json!([]));
    }
    // A new person who is not a user of the company does not become an ADMIN before accepting.
    let body = json!({ "workspaceUsers": [person(&ada.email, "viewer"), person(&new, "owner")] });
    usher.post(&path, &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    assert_eq!(world.people().await, [(ada.email.clone(), "owner".to_owned())]);
    usher.mail_all().await;
    assert!(usher.mails(&new).await.is_empty());

    // A user of the company becomes an ADMIN of the workspace immediately.
    let bob = usher.member(&ada.token, &other, "colleague", "VIEWER").await;
    let body = json!({ "workspaceUsers": [person(&ada.email, "viewer"), person(&bob.email, "owner")] });
    usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("ADMIN"));
    let body = json!({ "workspaceUsers": [person(&ada.email, "owner"), person(&bob.email, "viewer")] });
    usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;

    // The request that demotes ada also makes another person an ADMIN of the workspace.
    let bob = usher.member(&ada.token, &world.id, "bob", "VIEWER").await;
    let body = json!({ "workspaceUsers": [person(&ada.email, "viewer"), person(&bob.email, "owner")] });
    usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("ADMIN"));
}

#[tokio::test]
async fn the_answer_to_a_change_omits_people_if_there_are_too_many() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    // A quotation mark takes four bytes in Lambda's JSON around the answer.
    let (name, domain) = ("\"".repeat(80), format!("{}.example", ["d".repeat(60), "e".repeat(60)].join(".")));
    let person = |number: u32| {
        let email = format!("p{number}@{domain}");
        json!({ "role": "viewer", "user": { "email": email, "firstName": name, "lastName": name } })
    };
    let body = json!({ "name": "Large", "workspaceUsers": (0..3_000).map(person).collect::<Vec<_>>() });
    let made = usher.dock_post(&ada.token, "workspaces", body).await["workspace"].clone();
    assert_eq!((&made["name"], &made["workspaceUsers"]), (&json!("Large"), &json!(null)));
    assert_eq!(made["workspaceDomains"], json!([]));
    let id = text(&made["id"]);
    let listed = usher.dock_get(&ada.token, &format!("workspace-users?workspaceId={id}")).await;
    assert_eq!(listed["pageInfo"]["total"], 3_001);
    let one = json!({ "workspaceUsers": [{ "role": "viewer", "user": { "email": usher.address("one") } }] });
    let set = usher.dock_post(&ada.token, &format!("workspaces/{id}/access"), one).await["workspace"].clone();
    assert_eq!((&set["name"], &set["workspaceUsers"]), (&json!("Large"), &json!(null)));
    let renamed =
        usher.dock_patch(&ada.token, &format!("workspaces/{id}"), json!({ "name": "Larger" })).await.expect(200);
    assert_eq!(renamed.json()["data"]["workspace"]["name"], "Larger");
}

#[tokio::test]
async fn people_have_the_name_from_the_invitation_until_they_give_their_own() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let [both, whole] = ["both", "whole"].map(|name| usher.address(name));
    let body = json!({ "workspaceUsers": [
        { "role": "viewer", "user": { "email": both, "firstName": "John", "lastName": "Doe", "name": "J. Doe", "avatar": "x" } },
        { "role": "viewer", "user": { "email": whole, "name": "Jane Roe" } },
    ] });
    usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
    let named = async |email: &str| {
        let shown = usher.workspace_user(&ada.token, &world.workspace, email).await["user"].clone();
        ["firstName", "lastName", "name"].map(|field| shown[field].clone())
    };
    assert_eq!(named(&both).await, [json!("John"), json!("Doe"), json!("John Doe")]);
    assert_eq!(named(&whole).await, [json!("Jane Roe"), json!(null), json!("Jane Roe")]);
    usher.sign_up_by_invitation(&whole, &usher.mail(&whole, 1).await.hash()).await.expect(200);
    assert_ne!(named(&whole).await[0], "Jane Roe");
}

#[tokio::test]
async fn added_colleagues_are_mailed_unless_the_request_forbids_it() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let other = usher.workspace(&ada.token, "Other").await;
    for (name, notify, mails) in [("notified", true, 2), ("quiet", false, 1)] {
        let colleague = usher.member(&ada.token, &other, name, "VIEWER").await;
        let guest = usher.address(&format!("guest-{name}"));
        let entry = |email: &str| json!({ "role": "viewer", "user": { "email": email } });
        let body = json!({ "workspaceUsers": [entry(&colleague.email), entry(&guest)], "notifyPeople": notify });
        usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
        usher.mail(&guest, 1).await;
        usher.mail_all().await;
        assert_eq!(usher.mails(&colleague.email).await.len(), mails, "{name}");
        assert_eq!(usher.role(&colleague.token, &world.id).await.as_deref(), Some("VIEWER"));
    }
}

#[tokio::test]
async fn sending_a_shown_role_back_keeps_the_persons_role() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let bob = usher.member(&ada.token, &world.id, "bob", "CREATOR").await;
    let shown = usher.workspace_user(&ada.token, &world.workspace, &bob.email).await;
    assert_eq!(shown["role"], "editor");
    let body = json!({ "workspaceUsers": [{ "role": shown["role"], "user": { "email": bob.email } }] });
    usher.dock_post(&ada.token, &format!("workspaces/{}/access", world.workspace), body).await;
    let path = format!("workspace-users/{}", text(&shown["id"]));
    usher.dock_patch(&ada.token, &path, json!({ "role": shown["role"] })).await.expect(200);
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("CREATOR"));
    usher.dock_patch(&ada.token, &path, json!({ "role": "viewer" })).await.expect(200);
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("VIEWER"));
}
