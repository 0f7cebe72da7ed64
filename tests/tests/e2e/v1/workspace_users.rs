//! Tests of the routes below `/v1/workspace-users`.

use serde_json::{Value, json};
use tests::{HeldCall, Need};

use super::{World, text};

const MESSAGE: &str = "You have been invited to join the workspace";

/// Checks the values of a workspace user that differ in each run, and removes them.
fn without_times(mut body: Value) -> Value {
    for object in ["", "/user"] {
        for name in ["createdAt", "updatedAt"] {
            let time = body.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name).unwrap();
            let time = time.as_str().unwrap();
            assert!(time.len() == 24 && time.as_bytes()[19] == b'.' && time.ends_with('Z'), "{time}");
        }
    }
    body
}

/// Makes John Doe a user of the company.
async fn john(world: &World) -> String {
    let email = world.usher.address("john.doe");
    let other = world.usher.workspace(&world.ada.token, "Another").await;
    world.usher.invite(&world.ada.token, &other, &[(&email, "VIEWER")]).await.expect(200);
    let hash = world.usher.mail(&email, 1).await.hash();
    let body = json!({
        "email": email, "password": tests::PASSWORD, "firstname": "John", "lastname": "Doe", "hash": hash,
    });
    world.usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    email
}

#[tokio::test]
async fn the_documented_request_is_answered_as_documented() {
    let world = World::new().await;
    let email = john(&world).await;
    let body = json!({ "email": email, "role": "owner", "workspaceId": world.workspace, "message": MESSAGE });
    let answer = world.usher.post("/v1/workspace-users", &world.ada.token, body).await.expect(200).json();
    let made = answer["data"]["workspaceUser"].clone();
    let (id, user) = (text(&made["id"]), text(&made["user"]["id"]));
    for id in [&id, &user] {
        assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    }
    let url = text(&made["user"]["url"]);
    let path = url.split_once("/v1/").unwrap().1;
    assert_eq!(path, format!("users/{user}"));
    let expected = json!({
        "id": id, "role": "owner",
        "user": {
            "id": user, "object": "user", "url": url, "firstName": "John", "lastName": "Doe", "avatar": null,
            "email": email, "name": "John Doe",
        }
    });
    assert_eq!(answer, json!({ "data": { "workspaceUser": made } }));
    assert_eq!(without_times(made.clone()), expected);
    let got = world.usher.dock_get(&world.ada.token, &format!("workspace-users/{id}")).await;
    assert_eq!(got["workspaceUser"], made);
    assert_eq!(world.usher.dock_get(&world.ada.token, path).await["user"]["email"], email.as_str());
}

#[tokio::test]
async fn a_new_person_is_invited_by_mail_and_a_second_request_changes_nothing() {
    let world = World::with(&[Need::Clock]).await;
    let email = world.usher.address("grace");
    let first = world.add(&email, "editor").await;
    assert_eq!((&first["user"]["name"], &first["user"]["firstName"]), (&Value::Null, &Value::Null));
    let mail = world.usher.mail(&email, 1).await;
    world.usher.advance(61).await;
    let again = world.add(&email, "owner").await;
    assert_eq!(again, first);
    world.usher.sign_up_by_invitation(&email, &mail.hash()).await.expect(200);
    let member = world.add(&email, "viewer").await;
    assert_eq!((&member["id"], &member["role"]), (&first["id"], &json!("editor")));
    assert_eq!(member["user"]["name"], "Grace Guest");
    assert_eq!(world.usher.mails(&email).await.len(), 1);
}

#[tokio::test]
async fn the_message_is_mailed_from_a_published_workspace_only() {
    let world = World::new().await;
    let workspaces = world.usher.dock_post(&world.ada.token, "workspaces", json!({ "name": "Hidden" })).await;
    let hidden = text(&workspaces["workspace"]["id"]);
    for (short_id, name, has_message) in [(&world.workspace, "open", true), (&hidden, "hidden", false)] {
        let email = world.usher.address(name);
        let body = json!({ "email": email, "role": "viewer", "workspaceId": short_id, "message": MESSAGE });
        world.usher.dock_post(&world.ada.token, "workspace-users", body).await;
        let mail = world.usher.mail(&email, 1).await;
        assert_eq!(mail.text.contains(MESSAGE), has_message, "{}", mail.text);
        world.usher.sign_up_by_invitation(&email, &mail.hash()).await.expect(200);
    }
    world
        .usher
        .dock_patch(&world.ada.token, &format!("workspaces/{hidden}"), json!({ "published": true }))
        .await
        .expect(200);
    let email = world.usher.address("later");
    let body = json!({ "email": email, "role": "viewer", "workspaceId": hidden, "message": MESSAGE });
    world.usher.dock_post(&world.ada.token, "workspace-users", body).await;
    assert!(world.usher.mail(&email, 1).await.text.contains(MESSAGE));
}

#[tokio::test]
async fn properties_are_selected_in_either_spelling_and_unknown_ones_are_refused() {
    let world = World::new().await;
    let id = text(&world.add(&world.usher.address("grace"), "viewer").await["id"]);
    let fields = |value: &Value| {
        let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names.join(" ")
    };
    for (query, outer, inner) in [
        (
            "",
            "createdAt id role updatedAt user",
            "avatar createdAt email firstName id lastName name object updatedAt url",
        ),
        ("?properties=role", "id role user", "id object url"),
        ("?properties=role&properties=user.email", "id role user", "email id object url"),
        ("?properties=createdAt,user.name,user.createdAt", "createdAt id user", "createdAt id name object url"),
    ] {
        for path in [format!("workspace-users/{id}{query}"), format!("workspace-users{query}")] {
            let data = world.usher.dock_get(&world.ada.token, &path).await;
            let one = data.get("workspaceUser").unwrap_or(&data["workspaceUsers"][0]);
            assert_eq!((fields(one).as_str(), fields(&one["user"]).as_str()), (outer, inner), "{path}");
        }
    }
    for query in ["password", "role,user", "user.role", "role&properties=nothing", ""] {
        let path = format!("/v1/workspace-users/{id}?properties={query}");
        world.usher.get(&path, &world.ada.token).await.dock_error(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_list_has_pages() {
    let world = World::new().await;
    for n in 0..4 {
        world.add(&world.usher.address(&format!("guest{n}")), "viewer").await;
    }
    let mut seen = Vec::new();
    for (page, count, next, prev) in [(1, 2, true, false), (2, 2, true, true), (3, 1, false, true), (4, 0, false, true)]
    {
        let path = format!("workspace-users?limit=2&page={page}");
        let data = world.usher.dock_get(&world.ada.token, &path).await;
        let info = json!({
            "page": page, "pages": 3, "total": 5, "pageTotal": count, "hasNextPage": next, "hasPrevPage": prev,
        });
        assert_eq!(data["pageInfo"], info);
        seen.extend(data["workspaceUsers"].as_array().unwrap().iter().map(|one| text(&one["user"]["email"])));
    }
    let all: Vec<_> = world.people().await.into_iter().map(|(email, _)| email).collect();
    assert_eq!(seen, all);
    let first = world.usher.dock_get(&world.ada.token, "workspace-users").await;
    assert_eq!(first["pageInfo"]["pageTotal"], 5);
    for query in ["page=0", "page=x", "limit=0", "limit=101", "limit=-1"] {
        world.usher.get(&format!("/v1/workspace-users?{query}"), &world.ada.token).await.dock_error(400, "BAD_REQUEST");
    }
    let nowhere = "/v1/workspace-users?workspaceId=AAAAAAAAAAAA";
    world.usher.get(nowhere, &world.ada.token).await.dock_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_role_that_the_vendor_has_no_word_for_is_shown_as_the_nearest_lower_one() {
    let world = World::new().await;
    let creator = world.usher.member(&world.ada.token, &world.id, "creator", "CREATOR").await;
    assert_eq!(world.usher.workspace_user(&world.ada.token, &world.workspace, &creator.email).await["role"], "editor");
    for role in ["owner", "editor", "collaborator", "viewer", "commenter"] {
        assert_eq!(world.add(&world.usher.address(role), role).await["role"], role);
    }
    for role in ["admin", "Owner", "", "CREATOR"] {
        let body = json!({ "email": world.usher.address("x"), "role": role, "workspaceId": world.workspace });
        world.usher.post("/v1/workspace-users", &world.ada.token, body).await.dock_error(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_members_role_changes_immediately_and_an_invited_persons_before_they_join() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let bob = usher.member(&ada.token, &world.id, "bob", "VIEWER").await;
    let path = format!("workspace-users/{}", world.id_of(&bob.email).await);
    for (word, role) in [("owner", "ADMIN"), ("owner", "ADMIN"), ("editor", "EDITOR")] {
        let changed = usher.dock_patch(&ada.token, &path, json!({ "role": word })).await.expect(200).json();
        assert_eq!(changed["data"]["workspaceUser"]["role"], word);
        assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some(role));
    }
    let email = usher.address("grace");
    let path = format!("workspace-users/{}", text(&world.add(&email, "owner").await["id"]));
    usher.dock_patch(&ada.token, &path, json!({ "role": "editor" })).await.expect(200);
    usher.sign_up_by_invitation(&email, &usher.mail(&email, 1).await.hash()).await.expect(200);
    assert_eq!(usher.role(&usher.token(&email).await, &world.id).await.as_deref(), Some("EDITOR"));
    // Ada is the only ADMIN of the workspace now.
    let own = format!("workspace-users/{}", world.id_of(&ada.email).await);
    usher.dock_patch(&ada.token, &own, json!({ "role": "viewer" })).await.dock_error(400, "BAD_REQUEST");
    for body in [json!({}), json!({ "role": 1 }), json!({ "role": "boss" })] {
        usher.dock_patch(&ada.token, &path, body).await.dock_error(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_removed_person_loses_access_immediately_and_a_revoked_link_is_dead() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let bob = usher.member(&ada.token, &world.id, "bob", "EDITOR").await;
    let id = world.id_of(&bob.email).await;
    let path = format!("/v1/workspace-users/{id}");
    let removed = usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200).json();
    assert_eq!(removed, json!({ "data": { "workspaceUser": { "id": id } } }));
    assert_eq!(usher.role(&bob.token, &world.id).await, None);
    usher.send("DELETE", &path, Some(&ada.token), None).await.dock_error(404, "NOT_FOUND");
    usher.get(&path, &ada.token).await.dock_error(404, "NOT_FOUND");

    let email = usher.address("grace");
    let path = format!("/v1/workspace-users/{}", text(&world.add(&email, "viewer").await["id"]));
    let hash = usher.mail(&email, 1).await.hash();
    usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
    usher.sign_up_by_invitation(&email, &hash).await.expect(400);
    assert_eq!(world.people().await, [(ada.email.clone(), "owner".to_owned())]);
    // Both removed people may join again, and then have the same ids as workspace users.
    assert_eq!(world.add(&bob.email, "viewer").await["id"], id.as_str());
    assert_eq!(usher.role(&bob.token, &world.id).await.as_deref(), Some("VIEWER"));

    let own = format!("/v1/workspace-users/{}", world.id_of(&ada.email).await);
    let refused = usher.send("DELETE", &own, Some(&ada.token), None).await.dock_error(400, "BAD_REQUEST");
    assert!(refused.text.contains("last administrator"), "{}", refused.text);
}

#[tokio::test]
async fn of_two_admins_who_are_removed_together_one_stays() {
    for (won, lost) in [(0, 1), (1, 0)] {
        let world = World::with(&[Need::Calls]).await;
        let (usher, ada) = (&world.usher, &world.ada);
        let bob = usher.member(&ada.token, &world.id, "bob", "ADMIN").await;
        let emails = [&ada.email, &bob.email];
        let mut paths = Vec::new();
        for email in emails {
            paths.push(format!("/v1/workspace-users/{}", world.id_of(email).await));
        }
        let remove = |one: usize| usher.send("DELETE", &paths[one], Some(&ada.token), None);
        let (winner, loser) = usher.overtake(remove(won), remove(lost), HeldCall::write("remove-member")).await;
        winner.expect(200);
        loser.expect(400);
        assert_eq!(world.people().await, [(emails[lost].clone(), "owner".to_owned())]);
    }
}

#[tokio::test]
async fn an_invitation_that_was_raised_above_its_inviter_is_still_accepted() {
    let world = tests::World::start().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let bob = world.member("bob", "CREATOR").await;
    let (guest, id) = world.invited(&bob.token, "guest", "VIEWER").await;
    let hash = usher.mail(&guest, 1).await.hash();
    usher.dock_patch(&ada.token, &format!("workspace-users/{id}"), json!({ "role": "owner" })).await.expect(200);
    let shown = world.get(&ada.token, &format!("invitations/{id}")).await.expect(200).json();
    assert_eq!((&shown["role"], &shown["invitedBy"]["name"]), (&json!("ADMIN"), &json!("Ada Founder")));
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, &world.workspace).await.as_deref(), Some("ADMIN"));
}
