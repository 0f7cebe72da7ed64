//! Tests of the routes below `/api/v1/workspaces/{workspaceId}/members`.

use serde_json::json;
use tests::{Account, Need, PASSWORD, World};

use super::super::{column, user_of};

async fn listed(world: &World, query: &str) -> Vec<String> {
    let page = world.get(&world.ada.token, &format!("members?{query}")).await.expect(200).json();
    column(page["items"].as_array().unwrap(), "email")
}

/// A colleague who is a member of the company's other workspace only.
async fn colleague(world: &World, name: &str) -> Account {
    let other = world.usher.workspace(&world.ada.token, "Another").await;
    world.usher.member(&world.ada.token, &other, name, "VIEWER").await
}

#[tokio::test]
async fn members_are_shown_completely_and_invited_people_are_not_among_them() {
    let world = World::start().await;
    let grace = world.member("grace", "EDITOR").await;
    world.invited(&world.ada.token, "henry", "VIEWER").await;
    let page = world.get(&grace.token, "members").await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(column(items, "email"), [world.ada.email.as_str(), &grace.email]);
    let joined: jiff::Timestamp = items[1]["joinedAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(items[1]["userId"], user_of(&grace.token));
    assert_eq!((&items[1]["name"], &items[1]["role"]), (&json!("Grace Guest"), &json!("EDITOR")));
    assert!(joined > items[0]["joinedAt"].as_str().unwrap().parse().unwrap());
    assert_eq!(page["nextCursor"], json!(null));
}

#[tokio::test]
async fn members_are_found_by_role_and_by_a_part_of_name_or_address() {
    let world = World::start().await;
    for (name, role) in [("anna", "EDITOR"), ("bert", "EDITOR"), ("carl", "VIEWER")] {
        world.member(name, role).await;
    }
    let address = |name: &str| world.usher.address(name);
    assert_eq!(listed(&world, "role=EDITOR").await, [address("anna"), address("bert")]);
    assert_eq!(listed(&world, "role=VIEWER&q=Carl").await, [address("carl")]);
    assert_eq!(listed(&world, "q=FOUNDER").await, [address("ada")]);
    assert_eq!(listed(&world, "q=grace%20guest").await.len(), 3);
    assert!(listed(&world, "q=nobody").await.is_empty());
    let walked = world.usher.all_pages(&world.path("members"), &world.ada.token, 1).await;
    assert_eq!(column(&walked, "email"), ["ada", "anna", "bert", "carl"].map(address));
    for query in ["role=OWNER", "limit=101", &format!("q={}", "a".repeat(255))] {
        world.get(&world.ada.token, &format!("members?{query}")).await.problem(400, "invalid_field");
    }
    let cursor = world.get(&world.ada.token, "members?limit=1").await.json()["nextCursor"].as_str().unwrap().to_owned();
    let query = format!("members?q=a&cursor={cursor}");
    world.get(&world.ada.token, &query).await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn a_new_role_takes_effect_on_the_next_request() {
    let world = World::start().await;
    let grace = world.member("grace", "VIEWER").await;
    let user = world.user_id(&grace.email).await;
    world.usher.invite(&grace.token, &world.workspace, &[(&world.usher.address("x"), "VIEWER")]).await.expect(403);
    let member = world.change(&world.ada.token, &user, "MANAGER").await.expect(200).json();
    assert_eq!((&member["userId"], &member["role"]), (&json!(user), &json!("MANAGER")));
    world.usher.invite(&grace.token, &world.workspace, &[(&world.usher.address("x"), "VIEWER")]).await.expect(200);
    // A request that gives a member the role that the member already has changes nothing.
    world.change(&world.ada.token, &user, "MANAGER").await.expect(200);
    let audit = world.get(&world.ada.token, "audit").await.expect(200).json();
    let changes = audit["items"].as_array().unwrap().iter().filter(|item| item["action"] == "member.changed");
    assert_eq!(changes.count(), 1);
}

#[tokio::test]
async fn only_an_admin_changes_roles_and_removes_members_and_anybody_may_leave() {
    let world = World::start().await;
    let manager = world.member("manager", "VIEWER").await;
    let viewer = world.member("viewer", "VIEWER").await;
    let (its, theirs) = (world.user_id(&manager.email).await, world.user_id(&viewer.email).await);
    world.change(&world.ada.token, &its, "MANAGER").await.expect(200);
    for token in [&manager.token, &viewer.token] {
        world.get(token, "members").await.expect(200);
        world.change(token, &theirs, "VIEWER").await.problem(403, "forbidden");
        let founder = world.user_id(&world.ada.email).await;
        world.remove(token, &founder).await.problem(403, "forbidden");
    }
    world.remove(&manager.token, &theirs).await.problem(403, "forbidden");
    for (member, user) in [(&manager, &its), (&viewer, &theirs)] {
        assert_eq!(world.remove(&member.token, user).await.expect(204).text, "");
        // A person who has left the workspace gets a 404 for it.
        world.get(&member.token, "members").await.problem(404, "not_found");
        world.remove(&member.token, user).await.problem(404, "not_found");
        world.remove(&world.ada.token, user).await.problem(404, "not_found");
        world.change(&world.ada.token, user, "VIEWER").await.problem(404, "not_found");
    }
    assert_eq!(listed(&world, "").await, [world.ada.email.as_str()]);
}

#[tokio::test]
async fn the_last_admin_is_neither_demoted_nor_removed_and_doesnt_leave() {
    let world = World::start().await;
    let bob = world.member("bob", "ADMIN").await;
    let (ada, bobs) = (world.user_id(&world.ada.email).await, world.user_id(&bob.email).await);
    world.change(&bob.token, &ada, "VIEWER").await.expect(200);
    // The company's admin acts as ADMIN of the workspace, but is neither listed nor counted as one of its members.
    for token in [&world.ada.token, &bob.token] {
        world.change(token, &bobs, "MANAGER").await.problem(409, "last_admin");
        world.remove(token, &bobs).await.problem(409, "last_admin");
    }
    world.remove(&world.ada.token, &ada).await.expect(204);
    assert_eq!(listed(&world, "").await, [bob.email.as_str()]);
    world.remove(&world.ada.token, &bobs).await.problem(409, "last_admin");
    // If a workspace has a second ADMIN, the first ADMIN may leave.
    let carl = world.member("carl", "ADMIN").await;
    world.remove(&bob.token, &bobs).await.expect(204);
    world.remove(&carl.token, &world.user_id(&carl.email).await).await.problem(409, "last_admin");
}

#[tokio::test]
async fn a_company_admin_who_isnt_a_member_manages_and_isnt_listed() {
    let world = World::start().await;
    let boss = world.usher.address("boss");
    let users = json!({ "users": [{ "email": boss, "roleName": "Administrator" }] });
    world.usher.post("/api/v1.0/external/tenant/inviteusers", &world.ada.token, users).await.expect(200);
    world.usher.sign_up_by_invitation(&boss, &world.usher.mail(&boss, 1).await.hash()).await.expect(200);
    let boss = Account { token: world.usher.token(&boss).await, email: boss };
    let grace = world.member("grace", "EDITOR").await;
    let page = world.get(&boss.token, "members").await.expect(200).json();
    assert_eq!(column(page["items"].as_array().unwrap(), "email"), [world.ada.email.as_str(), &grace.email]);
    world.change(&boss.token, &world.user_id(&grace.email).await, "VIEWER").await.expect(200);
    world.remove(&boss.token, &user_of(&boss.token)).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_id_that_is_no_members_cannot_be_changed() {
    let world = World::start().await;
    let outside = user_of(&colleague(&world, "outside").await.token);
    let (_, invitation) = world.invited(&world.ada.token, "henry", "VIEWER").await;
    for id in [&outside, &invitation, "0", &world.workspace, "00000000-0000-4000-8000-000000000000"] {
        world.change(&world.ada.token, id, "VIEWER").await.problem(404, "not_found");
        world.remove(&world.ada.token, id).await.problem(404, "not_found");
    }
    let own = world.user_id(&world.ada.email).await;
    for body in [json!({}), json!({ "role": null }), json!({ "role": 1 }), json!({ "role": "owner" }), json!([])] {
        let answer = world.send("PATCH", &world.ada.token, &format!("members/{own}"), Some(body)).await.expect(400);
        assert!(
            ["invalid_field", "invalid_body"].contains(&answer.json()["code"].as_str().unwrap()),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn invitations_of_somebody_removed_or_demoted_cant_be_accepted() {
    let world = World::with(&[Need::Clock]).await;
    for (name, removed) in [("bob", true), ("carl", false)] {
        let inviter = world.member(name, "CREATOR").await;
        let user = world.user_id(&inviter.email).await;
        let (email, id) = world.invited(&inviter.token, &format!("guest-of-{name}"), "VIEWER").await;
        let hash = world.usher.mail(&email, 1).await.hash();
        if removed {
            world.remove(&world.ada.token, &user).await.expect(204);
        } else {
            world.change(&world.ada.token, &user, "EDITOR").await.expect(200);
        }
        world.usher.registration_page(&hash).await.expect(410);
        world.usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
        let body = json!({ "email": email, "password": PASSWORD });
        world.usher.post_open("/idp/api/v1/user/token", body).await.expect(401);
        // An ADMIN who resends the invitation becomes its inviter.
        world.usher.advance(60).await;
        world.resend(&world.ada.token, &id).await.expect(200);
        let hash = world.usher.mail(&email, 2).await.hash();
        world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
    }
}

#[tokio::test]
async fn inviting_again_changes_the_role_of_an_invitation_and_never_a_members() {
    let world = World::start().await;
    let (email, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    assert_eq!(world.invited(&world.ada.token, "grace", "EDITOR").await.1, id);
    let shown = world.get(&world.ada.token, &format!("invitations/{id}")).await.expect(200).json();
    assert_eq!((&shown["role"], &shown["resentCount"]), (&json!("EDITOR"), &json!(0)));
    world.usher.sign_up_by_invitation(&email, &world.usher.mail(&email, 1).await.hash()).await.expect(200);
    let again = world.usher.invite(&world.ada.token, &world.workspace, &[(&email, "ADMIN")]).await.expect(400);
    assert_eq!(again.row_statuses(), ["alreadyMember"]);
    assert_eq!(listed(&world, "role=EDITOR").await, [email]);
}
