//! Tests of SES's events about mails that come in any order, repeatedly or late, or that are forged.

use futures::future::join_all;
use serde_json::json;
use tests::{HeldCall, mail_tags};

use super::World;

impl World {
    /// Invites a person. Returns the invitation's id as soon as the service has recorded all events of the local
    /// stack's SES.
    async fn invited(&self, email: &str) -> String {
        let answer = self.usher.invite(&self.ada.token, &self.workspace, &[(email, "EDITOR")]).await.expect(200);
        let id = answer.json()["results"][0]["invitationId"].as_str().unwrap().to_owned();
        self.usher.wait_until_idle().await;
        id
    }

    /// Revokes an invitation, and returns the delivery state that the published event shows.
    async fn revoked(&self, email: &str, id: &str) -> serde_json::Value {
        self.usher.send("DELETE", &format!("/v1/workspace-users/{id}"), Some(&self.ada.token), None).await.expect(200);
        self.usher.event_about(email, "invitation.revoked", 1).await["invitation"]["delivery"].clone()
    }
}

#[tokio::test]
async fn each_address_of_the_mailbox_simulator_has_its_outcome_and_only_success_is_mailed_again() {
    let world = World::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let run = usher.address("").trim_start_matches('-').split('@').next().unwrap().to_owned();
    let names = ["success", "bounce", "complaint", "suppressionlist"];
    let people = names.map(|name| format!("{name}+{run}@simulator.amazonses.com"));
    let rows = people.each_ref().map(|email| (email.as_str(), "EDITOR"));
    usher.invite(token, &world.workspace, &rows).await.expect(200);
    for email in &people {
        usher.event_about(email, "invitation.sent", 1).await;
    }
    usher.event_about(&people[0], "invitation.delivered", 1).await;
    let bounced = usher.event_about(&people[1], "invitation.bounced", 1).await["invitation"]["delivery"].clone();
    assert_eq!((&bounced["state"], &bounced["detail"]), (&json!("BOUNCED"), &json!("for good (General, 5.1.1)")));
    usher.event_about(&people[2], "invitation.delivered", 1).await;
    usher.wait_until_idle().await;

    let second = usher.workspace(token, "Second").await;
    let answer = usher.invite(token, &second, &rows).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited", "suppressed", "suppressed", "suppressed"]);
    let details = answer.json()["results"].as_array().unwrap().clone();
    let details: Vec<_> = details.iter().map(|row| row["detail"].as_str().unwrap_or_default()).collect();
    assert!(details[1].contains("bounced") && details[2].contains("complained") && details[3].contains("list"));
    usher.invite(token, &second, &rows[1..2]).await.expect(422);
    usher.mail(&people[0], 2).await;
    world.mailed_in_the_end(&people[1..], 1).await;
}

#[tokio::test]
async fn repeated_events_in_any_order_have_the_same_result() {
    let orders: [(&[&str], &str); 8] = [
        (&["delivery", "hard bounce", "complaint", "send"], "COMPLAINED"),
        (&["complaint", "delivery", "hard bounce", "hard bounce"], "COMPLAINED"),
        (&["hard bounce", "delivery", "send"], "BOUNCED"),
        (&["delivery", "hard bounce", "delivery"], "BOUNCED"),
        (&["soft bounce", "delivery", "send"], "DELIVERED"),
        (&["delivery", "soft bounce", "delay"], "DELIVERED"),
        (&["reject", "send"], "DELIVERED"),
        (&["delay", "send"], "DELIVERED"),
    ];
    let world = &World::new().await;
    let ends = orders.iter().enumerate().map(async |(number, (order, state))| {
        let email = world.usher.address(&format!("order{number}"));
        let id = world.invited(&email).await;
        let tags = &mail_tags(&world.workspace, &id, 1);
        for (second, kind) in (1..).zip(*order) {
            world.usher.send_ses_event(kind, second, &email, tags).await;
        }
        assert_eq!(world.revoked(&email, &id).await["state"], *state, "{order:?}");
    });
    join_all(ends).await;
}

/// The DynamoDB action by which the service records the given event. An event that suppresses the address is recorded
/// in a transaction.
fn recording(kind: &str) -> HeldCall {
    match kind {
        "hard bounce" | "complaint" => HeldCall::write("record-mail-events"),
        _ => HeldCall::before("record-mail-events", "dynamodb:UpdateItem"),
    }
}

#[tokio::test]
async fn two_events_that_are_recorded_together_have_the_same_end_in_both_orders() {
    let world = World::new().await;
    for (number, (one, other, end)) in [
        ("delivery", "complaint", "COMPLAINED"),
        ("hard bounce", "complaint", "COMPLAINED"),
        ("soft bounce", "delivery", "DELIVERED"),
        ("delivery", "hard bounce", "BOUNCED"),
    ]
    .into_iter()
    .enumerate()
    {
        for (first, second) in [(one, other), (other, one)] {
            let email = &world.usher.address(&format!("{}{number}", first.replace(' ', "-")));
            let id = world.invited(email).await;
            let tags = &mail_tags(&world.workspace, &id, 1);
            let (earlier, later) =
                (world.usher.send_ses_event(first, 1, email, tags), world.usher.send_ses_event(second, 2, email, tags));
            world.usher.overtake(earlier, later, recording(second)).await;
            assert_eq!(world.revoked(email, &id).await["state"], end, "{first}, then {second}");
        }
    }
}

#[tokio::test]
async fn an_event_of_a_mail_changes_nothing_of_the_mail_that_is_sent_after_it() {
    let world = World::new().await;
    let usher = &world.usher;
    for event_is_first in [true, false] {
        // The local stack's SES sends no events about these two mails, so that the test can send the events itself.
        world.disturb_ses("lostEvents", 2).await;
        let email = &usher.address(&format!("resent-{event_is_first}"));
        let id = world.invited(email).await;
        usher.advance(60).await;
        let path = format!("/api/v1/workspaces/{}/invitations/{id}", world.workspace);
        let resend_path = format!("{path}/resend");
        let tags = &mail_tags(&world.workspace, &id, 1);
        let tell = usher.send_ses_event("delivery", 1, email, tags);
        let resend = usher.post(&resend_path, &world.ada.token, json!({}));
        let (recorded, answer) = if event_is_first {
            // The first transaction of the request reserves the quota, and the second transaction writes the
            // invitation.
            usher.overtake(tell, resend, HeldCall::write_after("resend-invitation", 1)).await
        } else {
            let (answer, recorded) = usher.overtake(resend, tell, recording("delivery")).await;
            (recorded, answer)
        };
        answer.expect(200);
        assert_eq!(recorded, event_is_first);
        usher.mail(email, 2).await;
        usher.wait_until_idle().await;
        let state = async || usher.get(&path, &world.ada.token).await.expect(200).json()["delivery"]["state"].clone();
        assert_eq!(state().await, "SENT");
        assert!(usher.send_ses_event("delivery", 1, email, &mail_tags(&world.workspace, &id, 2)).await);
        assert_eq!(state().await, "DELIVERED");
    }
}

#[tokio::test]
async fn an_event_about_an_older_version_changes_nothing_of_the_newer_one() {
    let world = World::new().await;
    let email = world.usher.address("again");
    let id = world.invited(&email).await;
    world.usher.advance(60).await;
    world.invited(&email).await;
    let old = mail_tags(&world.workspace, &id, 1);
    for kind in ["soft bounce", "delay", "reject", "delivery"] {
        assert!(!world.usher.send_ses_event(kind, 10, &email, &old).await, "{kind}");
    }
    assert!(!world.usher.send_ses_event("soft bounce", 10, &email, &mail_tags(&world.workspace, &id, 3)).await);
    assert_eq!(world.revoked(&email, &id).await["state"], "DELIVERED");
}

#[tokio::test]
async fn a_forged_event_changes_nothing() {
    let world = World::new().await;
    let (usher, workspace) = (&world.usher, &world.workspace);
    let (email, other) = (usher.address("victim"), usher.address("other"));
    let (id, others) = (world.invited(&email).await, world.invited(&other).await);
    let elsewhere = usher.workspace(&world.ada.token, "Elsewhere").await;
    let tags = mail_tags(workspace, &id, 1);
    let unknown = usher.address("unknown");
    for (address, tags) in [
        (&email, mail_tags(workspace, &others, 1)),
        (&email, mail_tags(&elsewhere, &id, 1)),
        (&email, mail_tags("../x", &id, 1)),
        (&email, json!({ "scope": ["W"], "record": [""], "version": ["-1"] })),
        (&other, tags.clone()),
        (&unknown, tags.clone()),
        (&"nobody".to_owned(), tags.clone()),
    ] {
        for kind in ["hard bounce", "complaint", "soft bounce"] {
            assert!(!usher.send_ses_event(kind, 10, address, &tags).await, "{kind} {tags}");
        }
    }
    // The forged events suppressed no address.
    let second = usher.workspace(&world.ada.token, "Second").await;
    let rows = [&email, &other, &unknown].map(|email| (email.as_str(), "EDITOR"));
    assert_eq!(usher.invite(&world.ada.token, &second, &rows).await.expect(200).row_statuses(), ["invited"; 3]);
    assert_eq!(world.revoked(&email, &id).await["state"], "DELIVERED");
}

#[tokio::test]
async fn an_unreadable_event_changes_nothing() {
    let world = World::new().await;
    let path = "/2015-03-31/functions/record-mail-events/invocations";
    for event in [json!({}), json!({ "detail": { "eventType": "Send" } }), json!([]), json!("bob@example.com")] {
        let answer = world.usher.post_open(path, event).await.expect(200);
        assert_eq!(answer.json(), json!({ "recorded": false }));
    }
}

#[tokio::test]
async fn recording_an_event_takes_one_write_and_sending_a_mail_four() {
    let world = World::new().await;
    let email = world.usher.address("counted");
    world.usher.wait_until_idle().await;
    world.usher.forget_calls().await;
    let id = world.invited(&email).await;
    let calls = world.usher.calls().await;
    let count = |function: &str, action: &str| calls[function][format!("dynamodb:{action}")].as_u64().unwrap_or(0);
    let mut writes = 0;
    for function in tests::DELIVERERS {
        writes += ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]
            .map(|one| count(function, one))
            .iter()
            .sum::<u64>();
    }
    assert!(writes <= 4, "{calls}");
    world.usher.forget_calls().await;
    let tags = mail_tags(&world.workspace, &id, 1);
    assert!(world.usher.send_ses_event("hard bounce", 10, &email, &tags).await);
    assert!(world.usher.send_ses_event("complaint", 11, &email, &tags).await);
    let calls = world.usher.calls().await["record-mail-events"].clone();
    assert_eq!(calls, json!({ "dynamodb:TransactWriteItems": 2 }));
}
