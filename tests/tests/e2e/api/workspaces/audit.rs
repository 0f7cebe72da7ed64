//! Tests of `/api/v1/workspaces/{workspaceId}/audit`, the audit log.

use serde_json::{Value, json};
use tests::{Need, World};

use super::super::column;

async fn audit(world: &World) -> Vec<Value> {
    world.usher.all_pages(&world.path("audit"), &world.ada.token, 100).await
}

#[tokio::test]
async fn the_audit_lists_actions_newest_first_with_actor_and_subject() {
    let world = World::with(&[Need::Clock]).await;
    let bob = world.member("bob", "CREATOR").await;
    let user = world.user_id(&bob.email).await;
    let (grace, id) = world.invited(&bob.token, "grace", "VIEWER").await;
    world.usher.advance(60).await;
    world.resend(&world.ada.token, &id).await.expect(200);
    world.revoke(&world.ada.token, &id).await.expect(204);
    world.change(&world.ada.token, &user, "EDITOR").await.expect(200);
    world.remove(&bob.token, &user).await.expect(204);

    let items = audit(&world).await;
    let expected = [
        ("Grace Guest", "member.left", Some(&bob.email), json!({ "role": "EDITOR" })),
        ("Ada Founder", "member.changed", Some(&bob.email), json!({ "role": "EDITOR", "roleBefore": "CREATOR" })),
        ("Ada Founder", "invitation.revoked", Some(&grace), json!({ "role": "VIEWER" })),
        ("Ada Founder", "invitation.resent", Some(&grace), json!({ "role": "VIEWER" })),
        ("Grace Guest", "people.invited", Some(&grace), json!({ "role": "VIEWER" })),
        ("Grace Guest", "invitation.accepted", Some(&bob.email), json!({ "role": "CREATOR" })),
        ("Ada Founder", "people.invited", Some(&bob.email), json!({ "role": "CREATOR" })),
        ("Ada Founder", "workspace.created", None, json!({})),
    ];
    let listed: Vec<_> = items
        .iter()
        .map(|item| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            (text(&item["actor"]["name"]), text(&item["action"]), text(&item["subject"]), item["detail"].clone())
        })
        .collect();
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(actor, action, subject, detail)| {
            (Some(actor.to_owned()), Some(action.to_owned()), subject.cloned(), detail)
        })
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(items[0]["actor"]["id"], user.as_str());
    let times = column(&items, "at");
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    let text = serde_json::to_string(&items).unwrap();
    assert!(!text.contains(&world.usher.mail(&bob.email, 1).await.hash()), "{text}");
}

#[tokio::test]
async fn people_invited_by_one_request_are_audited_one_by_one_across_pages() {
    let world = World::start().await;
    let people: Vec<_> = (0..200).map(|number| world.usher.address(&format!("p{number}"))).collect();
    let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
    world.usher.invite(&world.ada.token, &world.workspace, &rows).await.expect(200);
    let all = audit(&world).await;
    let mut subjects = column(&all[..200], "subject");
    subjects.sort();
    let mut expected = people.clone();
    expected.sort();
    assert_eq!(subjects, expected);
    assert_eq!((all.len(), &all[200]["action"]), (201, &json!("workspace.created")));
    for limit in [7, 90] {
        assert_eq!(world.usher.all_pages(&world.path("audit"), &world.ada.token, limit).await, all, "{limit}");
    }
    let page = world.get(&world.ada.token, "audit").await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(50));
    for query in ["limit=0", "limit=101"] {
        world.get(&world.ada.token, &format!("audit?{query}")).await.problem(400, "invalid_field");
    }
}

#[tokio::test]
async fn a_refused_action_is_not_audited() {
    let world = World::start().await;
    let bob = world.member("bob", "ADMIN").await;
    let (ada, bobs) = (world.user_id(&world.ada.email).await, world.user_id(&bob.email).await);
    world.remove(&bob.token, &ada).await.expect(204);
    let before = audit(&world).await;
    world.remove(&world.ada.token, &bobs).await.problem(409, "last_admin");
    world.change(&world.ada.token, &bobs, "VIEWER").await.problem(409, "last_admin");
    let (_, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    world.resend(&world.ada.token, &id).await.problem(429, "cooldown");
    assert_eq!(audit(&world).await.len(), before.len() + 1);
}

#[tokio::test]
async fn only_an_admin_sees_the_audit() {
    let world = World::start().await;
    let bob = world.member("bob", "CREATOR").await;
    world.get(&bob.token, "audit").await.problem(403, "forbidden");
    world.change(&world.ada.token, &world.user_id(&bob.email).await, "MANAGER").await.expect(200);
    world.get(&bob.token, "audit").await.problem(403, "forbidden");
    world.change(&world.ada.token, &world.user_id(&bob.email).await, "ADMIN").await.expect(200);
    world.get(&bob.token, "audit").await.expect(200);
    let stranger = world.usher.founder("stranger").await;
    world.get(&stranger.token, "audit").await.problem(404, "not_found");
}
