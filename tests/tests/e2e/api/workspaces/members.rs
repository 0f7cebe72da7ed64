//! `/api/v1/workspaces/{workspaceId}/members`

use serde_json::json;
use tests::{Founder, PASSWORD, Place};

use super::super::{column, user_of};

async fn listed(place: &Place, query: &str) -> Vec<String> {
    let page = place.get(&place.ada.token, &format!("members?{query}")).await.expect(200).json();
    column(page["items"].as_array().unwrap(), "email")
}

/// A colleague who is a member of nothing but the company's other workspace.
async fn colleague(place: &Place, name: &str) -> Founder {
    let other = place.usher.workspace(&place.ada.token, "Another").await;
    place.usher.member(&place.ada.token, &other, name, "VIEWER").await
}

#[tokio::test]
async fn members_are_told_whole_and_whoever_is_only_invited_isnt_among_them() {
    let place = Place::with(&[]).await;
    let grace = place.member("grace", "EDITOR").await;
    place.invited(&place.ada.token, "henry", "VIEWER").await;
    let page = place.get(&grace.token, "members").await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(column(items, "email"), [place.ada.email.as_str(), &grace.email]);
    let joined: jiff::Timestamp = items[1]["joinedAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(items[1]["userId"], user_of(&grace.token));
    assert_eq!((&items[1]["name"], &items[1]["role"]), (&json!("Grace Guest"), &json!("EDITOR")));
    assert!(joined > items[0]["joinedAt"].as_str().unwrap().parse().unwrap());
    assert_eq!(page["nextCursor"], json!(null));
}

#[tokio::test]
async fn members_are_found_by_role_and_by_a_part_of_name_or_address() {
    let place = Place::with(&[]).await;
    for (name, role) in [("anna", "EDITOR"), ("bert", "EDITOR"), ("carl", "VIEWER")] {
        place.member(name, role).await;
    }
    let address = |name: &str| place.usher.address(name);
    assert_eq!(listed(&place, "role=EDITOR").await, [address("anna"), address("bert")]);
    assert_eq!(listed(&place, "role=VIEWER&q=Carl").await, [address("carl")]);
    assert_eq!(listed(&place, "q=FOUNDER").await, [address("ada")]);
    assert_eq!(listed(&place, "q=grace%20guest").await.len(), 3);
    assert!(listed(&place, "q=nobody").await.is_empty());
    let walked = place.usher.walk(&place.path("members"), &place.ada.token, 1).await;
    assert_eq!(column(&walked, "email"), ["ada", "anna", "bert", "carl"].map(address));
    for query in ["role=OWNER", "limit=101", &format!("q={}", "a".repeat(255))] {
        place.get(&place.ada.token, &format!("members?{query}")).await.problem(400, "invalid_field");
    }
    let cursor = place.get(&place.ada.token, "members?limit=1").await.json()["nextCursor"].as_str().unwrap().to_owned();
    let query = format!("members?q=a&cursor={cursor}");
    place.get(&place.ada.token, &query).await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn a_role_that_is_set_counts_on_the_next_request() {
    let place = Place::with(&[]).await;
    let grace = place.member("grace", "VIEWER").await;
    let user = place.user_id(&grace.email).await;
    place.usher.invite(&grace.token, &place.workspace, &[(&place.usher.address("x"), "VIEWER")]).await.expect(403);
    let member = place.change(&place.ada.token, &user, "MANAGER").await.expect(200).json();
    assert_eq!((&member["userId"], &member["role"]), (&json!(user), &json!("MANAGER")));
    place.usher.invite(&grace.token, &place.workspace, &[(&place.usher.address("x"), "VIEWER")]).await.expect(200);
    // Set again it changes nothing.
    place.change(&place.ada.token, &user, "MANAGER").await.expect(200);
    let audit = place.get(&place.ada.token, "audit").await.expect(200).json();
    let changes = audit["items"].as_array().unwrap().iter().filter(|item| item["action"] == "member.changed");
    assert_eq!(changes.count(), 1);
}

#[tokio::test]
async fn only_an_admin_sets_roles_and_removes_and_anybody_leaves() {
    let place = Place::with(&[]).await;
    let manager = place.member("manager", "VIEWER").await;
    let viewer = place.member("viewer", "VIEWER").await;
    let (its, theirs) = (place.user_id(&manager.email).await, place.user_id(&viewer.email).await);
    place.change(&place.ada.token, &its, "MANAGER").await.expect(200);
    for token in [&manager.token, &viewer.token] {
        place.get(token, "members").await.expect(200);
        place.change(token, &theirs, "VIEWER").await.problem(403, "forbidden");
        let founder = place.user_id(&place.ada.email).await;
        place.remove(token, &founder).await.problem(403, "forbidden");
    }
    place.remove(&manager.token, &theirs).await.problem(403, "forbidden");
    for (member, user) in [(&manager, &its), (&viewer, &theirs)] {
        assert_eq!(place.remove(&member.token, user).await.expect(204).text, "");
        // It isn't there any more for whoever left.
        place.get(&member.token, "members").await.problem(404, "not_found");
        place.remove(&member.token, user).await.problem(404, "not_found");
        place.remove(&place.ada.token, user).await.problem(404, "not_found");
        place.change(&place.ada.token, user, "VIEWER").await.problem(404, "not_found");
    }
    assert_eq!(listed(&place, "").await, [place.ada.email.as_str()]);
}

#[tokio::test]
async fn the_last_admin_is_neither_demoted_nor_removed_and_doesnt_leave() {
    let place = Place::with(&[]).await;
    let bob = place.member("bob", "ADMIN").await;
    let (ada, bobs) = (place.user_id(&place.ada.email).await, place.user_id(&bob.email).await);
    place.change(&bob.token, &ada, "VIEWER").await.expect(200);
    // The company's admin is ADMIN all the same, and counts no more than she is listed.
    for token in [&place.ada.token, &bob.token] {
        place.change(token, &bobs, "MANAGER").await.problem(409, "last_admin");
        place.remove(token, &bobs).await.problem(409, "last_admin");
    }
    place.remove(&place.ada.token, &ada).await.expect(204);
    assert_eq!(listed(&place, "").await, [bob.email.as_str()]);
    place.remove(&place.ada.token, &bobs).await.problem(409, "last_admin");
    // With a second one the first may go.
    let carl = place.member("carl", "ADMIN").await;
    place.remove(&bob.token, &bobs).await.expect(204);
    place.remove(&carl.token, &place.user_id(&carl.email).await).await.problem(409, "last_admin");
}

#[tokio::test]
async fn a_company_admin_who_isnt_a_member_manages_and_isnt_listed() {
    let place = Place::with(&[]).await;
    let boss = place.usher.address("boss");
    let users = json!({ "users": [{ "email": boss, "roleName": "Administrator" }] });
    place.usher.post("/api/v1.0/external/tenant/inviteusers", &place.ada.token, users).await.expect(200);
    place.usher.join(&boss, &place.usher.mail(&boss, 1).await.hash()).await.expect(200);
    let boss = Founder { token: place.usher.token(&boss).await, email: boss };
    let grace = place.member("grace", "EDITOR").await;
    let page = place.get(&boss.token, "members").await.expect(200).json();
    assert_eq!(column(page["items"].as_array().unwrap(), "email"), [place.ada.email.as_str(), &grace.email]);
    place.change(&boss.token, &place.user_id(&grace.email).await, "VIEWER").await.expect(200);
    place.remove(&boss.token, &user_of(&boss.token)).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_is_no_member_cant_be_changed_whatever_the_id() {
    let place = Place::with(&[]).await;
    let outside = user_of(&colleague(&place, "outside").await.token);
    let (_, invitation) = place.invited(&place.ada.token, "henry", "VIEWER").await;
    for id in [&outside, &invitation, "0", &place.workspace, "00000000-0000-4000-8000-000000000000"] {
        place.change(&place.ada.token, id, "VIEWER").await.problem(404, "not_found");
        place.remove(&place.ada.token, id).await.problem(404, "not_found");
    }
    let own = place.user_id(&place.ada.email).await;
    for body in [json!({}), json!({ "role": null }), json!({ "role": 1 }), json!({ "role": "owner" }), json!([])] {
        let answer = place.send("PATCH", &place.ada.token, &format!("members/{own}"), Some(body)).await.expect(400);
        assert!(
            ["invalid_field", "invalid_body"].contains(&answer.json()["code"].as_str().unwrap()),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn invitations_of_somebody_removed_or_demoted_cant_be_accepted() {
    let place = Place::with(&[]).await;
    for (name, removed) in [("bob", true), ("carl", false)] {
        let inviter = place.member(name, "CREATOR").await;
        let user = place.user_id(&inviter.email).await;
        let (email, id) = place.invited(&inviter.token, &format!("guest-of-{name}"), "VIEWER").await;
        let hash = place.usher.mail(&email, 1).await.hash();
        if removed {
            place.remove(&place.ada.token, &user).await.expect(204);
        } else {
            place.change(&place.ada.token, &user, "EDITOR").await.expect(200);
        }
        place.usher.page(&hash).await.expect(410);
        place.usher.join(&email, &hash).await.refused(400, "INVITATION_GONE");
        let body = json!({ "email": email, "password": PASSWORD });
        place.usher.post_open("/idp/api/v1/user/token", body).await.expect(401);
        // An ADMIN who resends it takes it over.
        place.usher.advance(60).await;
        place.resend(&place.ada.token, &id).await.expect(200);
        let hash = place.usher.mail(&email, 2).await.hash();
        place.usher.join(&email, &hash).await.expect(200);
    }
}

#[tokio::test]
async fn inviting_again_changes_the_role_of_an_invitation_and_never_a_members() {
    let place = Place::with(&[]).await;
    let (email, id) = place.invited(&place.ada.token, "grace", "VIEWER").await;
    assert_eq!(place.invited(&place.ada.token, "grace", "EDITOR").await.1, id);
    let told = place.get(&place.ada.token, &format!("invitations/{id}")).await.expect(200).json();
    assert_eq!((&told["role"], &told["resentCount"]), (&json!("EDITOR"), &json!(0)));
    place.usher.join(&email, &place.usher.mail(&email, 1).await.hash()).await.expect(200);
    let again = place.usher.invite(&place.ada.token, &place.workspace, &[(&email, "ADMIN")]).await.expect(400);
    assert_eq!(again.rows(), ["alreadyMember"]);
    assert_eq!(listed(&place, "role=EDITOR").await, [email]);
}
