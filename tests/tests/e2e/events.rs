//! Tests of the events about invitations and members on the event bus.

use serde_json::{Value, json};
use tests::{Need, World, needs};

async fn world() -> World {
    needs(&[Need::Events, Need::EventFunctions]);
    World::new(&[("ACCESS_TOKEN_TTL_SECONDS", "86400")]).await
}

/// Invites a person, and returns the person's address and the invitation's id.
async fn invite(world: &World, name: &str) -> (String, String) {
    world.invited(&world.ada.token, name, "EDITOR").await
}

/// The names of the published events about an address, in order, and each name once.
async fn names(world: &World, email: &str) -> Vec<String> {
    world.usher.wait_until_idle().await;
    let mut seen = Vec::new();
    let events = world.usher.events_about(email).await.into_iter();
    events
        .filter(|(_, detail)| {
            let new = !seen.contains(&detail["id"]);
            seen.push(detail["id"].clone());
            new
        })
        .map(|(name, _)| name)
        .collect()
}

#[tokio::test]
async fn each_step_of_an_invitation_is_published_and_of_the_member_after_it() {
    let world = world().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let (email, id) = invite(&world, "life").await;
    let hash = usher.mail(&email, 1).await.hash();
    usher.event_about(&email, "invitation.delivered", 1).await;
    usher.sign_up_by_invitation(&email, &hash).await.expect(200);
    usher.dock_patch(token, &format!("workspace-users/{id}"), json!({ "role": "viewer" })).await.expect(200);
    usher.send("DELETE", &format!("/v1/workspace-users/{id}"), Some(token), None).await.expect(200);
    usher.event_about(&email, "member.removed", 1).await;
    let names = names(&world, &email).await;
    let of_workspace: Vec<_> = names.iter().filter(|name| *name != "member.added").collect();
    assert_eq!(
        of_workspace,
        [
            "invitation.created",
            "invitation.sent",
            "invitation.delivered",
            "invitation.accepted",
            "member.changed",
            "member.removed"
        ]
    );
    // The sign-up by a workspace's link also made the person a member of the company.
    let added = usher.event_about(&email, "member.added", 1).await;
    assert!(added["companyId"].is_string() && added["workspaceId"].is_null(), "{added}");
    let created = usher.event_about(&email, "invitation.created", 1).await;
    assert_eq!((&created["workspaceId"], &created["companyId"]), (&json!(world.workspace), &Value::Null));
    let invitation = &created["invitation"];
    assert_eq!(
        (&invitation["id"], &invitation["role"], &invitation["status"]),
        (&json!(id), &json!("EDITOR"), &json!("PENDING"))
    );
    assert_eq!(usher.event_about(&email, "member.changed", 1).await["member"]["role"], "VIEWER");
    // No published event contains a secret.
    for (_, detail) in usher.events_about(&email).await {
        assert!(!detail.to_string().contains(&hash), "{detail}");
    }
}

#[tokio::test]
async fn a_revoked_invitation_and_a_new_one_are_published() {
    let world = world().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let (email, id) = invite(&world, "again").await;
    usher.event_about(&email, "invitation.delivered", 1).await;
    usher.send("DELETE", &format!("/v1/workspace-users/{id}"), Some(token), None).await.expect(200);
    usher.event_about(&email, "invitation.revoked", 1).await;
    invite(&world, "again").await;
    let created = usher.event_about(&email, "invitation.created", 2).await;
    assert_eq!(created["invitation"]["version"], 2);
    usher.event_about(&email, "invitation.delivered", 2).await;
}

#[tokio::test]
async fn the_expiry_of_an_unanswered_invitation_is_published_once_and_of_an_answered_one_never() {
    let world = world().await;
    let usher = &world.usher;
    let ((late, _), (joined, _)) = (invite(&world, "late").await, invite(&world, "joined").await);
    let hash = usher.mail(&joined, 1).await.hash();
    usher.sign_up_by_invitation(&joined, &hash).await.expect(200);
    usher.mail(&late, 1).await;
    usher.wait_until_idle().await;
    usher.advance(7 * 24 * 3_600 + 1).await;
    usher.wait_until_idle().await;
    assert!(usher.events_about(&late).await.iter().all(|(name, _)| name != "invitation.expired"));
    // DynamoDB's TTL removes the item of the link's hash.
    usher.advance(30 * 24 * 3_600).await;
    let expired = usher.event_about(&late, "invitation.expired", 1).await;
    assert_eq!(expired["invitation"]["status"], "EXPIRED");
    usher.wait_until_idle().await;
    assert!(usher.events_about(&joined).await.iter().all(|(name, _)| name != "invitation.expired"));
}

#[tokio::test]
async fn an_event_that_the_bus_refuses_is_published_again_with_the_same_id() {
    let world = world().await;
    let usher = &world.usher;
    for fault in ["failedEntry", "lostReply"] {
        usher.wait_until_idle().await;
        usher.queue_fault(json!({ "action": "events:PutEvents", "fault": fault, "times": 2 })).await;
        let email = usher.address(fault);
        let second = usher.address(&format!("{fault}-2"));
        let rows = [(email.as_str(), "EDITOR"), (second.as_str(), "EDITOR")];
        usher.invite(&world.ada.token, &world.workspace, &rows).await.expect(200);
        usher.event_about(&email, "invitation.created", 1).await;
        usher.event_about(&second, "invitation.created", 1).await;
        for email in [&email, &second] {
            usher.event_about(email, "invitation.delivered", 1).await;
            let names = names(&world, email).await;
            assert_eq!(names.iter().filter(|name| *name == "invitation.created").count(), 1, "{names:?}");
        }
    }
}

#[tokio::test]
async fn the_published_events_can_be_deleted_and_filtered_by_name() {
    let world = world().await;
    let usher = &world.usher;
    let (chosen, _) = invite(&world, "chosen").await;
    usher.event_about(&chosen, "invitation.delivered", 1).await;
    usher.wait_until_idle().await;
    let chosen = usher.send("GET", "/_local/events?type=invitation.created", None, None).await.expect(200).json();
    let chosen = chosen["events"].as_array().unwrap().clone();
    assert!(chosen.len() == 1 && chosen[0]["source"] == "usher", "{chosen:?}");
    usher.send("DELETE", "/_local/events", None, None).await.expect(204);
    let left = usher.send("GET", "/_local/events", None, None).await.expect(200).json();
    assert_eq!(left, json!({ "events": [] }));
}

#[tokio::test]
async fn a_record_that_cannot_be_published_is_given_up_after_ten_retries_and_stops_no_later_record() {
    let world = world().await;
    let usher = &world.usher;
    usher.wait_until_idle().await;
    // While SES is paused, the invitation has one record in the stream. The bus refuses the event of this record.
    let paused = json!({ "action": "ses:SendBulkEmail", "fault": "SendingPausedException", "times": 1_000 });
    usher.queue_fault(paused).await;
    usher.queue_fault(json!({ "action": "events:PutEvents", "fault": "failedEntry", "times": 11 })).await;
    let (email, _) = invite(&world, "poison").await;
    usher.faults_below(2).await;
    usher.clear_faults().await;
    // Another attempt would publish the event now.
    usher.advance(15).await;
    usher.event_about(&email, "invitation.delivered", 1).await;
    assert_eq!(names(&world, &email).await, ["invitation.sent", "invitation.delivered"]);
}
