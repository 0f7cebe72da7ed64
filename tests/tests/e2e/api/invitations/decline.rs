//! Tests of declining an invitation.

use serde_json::json;
use tests::{Endpoint, HeldCall, Need, World};

use super::{invited, post, status};

#[tokio::test]
async fn a_person_who_declined_can_be_invited_again() {
    let usher = Endpoint::with(&[Need::Events]).await;
    let (ada, workspace, guest, hash) = invited(&usher).await;
    assert_eq!(post(&usher, "decline", &hash.to_uppercase()).await.expect(204).text, "");
    assert_eq!(status(&usher, &ada.token, &guest).await, None);
    let event = usher.event_about(&guest, "invitation.declined", 1).await;
    assert_eq!(event["invitation"]["status"], "DECLINED");
    let audit = usher.get(&format!("/api/v1/workspaces/{workspace}/audit"), &ada.token).await.expect(200).json();
    let newest = &audit["items"][0];
    assert_eq!((&newest["action"], &newest["subject"]), (&json!("invitation.declined"), &json!(guest)));
    usher.sign_up_by_invitation(&guest, &hash).await.expect(400);
    assert_eq!(
        usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200).row_statuses(),
        ["invited"]
    );
    let hash = usher.mail(&guest, 2).await.hash();
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
}

#[tokio::test]
async fn of_many_who_decline_together_one_succeeds() {
    let usher = &Endpoint::start().await;
    let (.., hash) = invited(usher).await;
    let declines = (0..12).map(|_| post(usher, "decline", &hash));
    let answers = usher.together(declines, HeldCall::write("decline-invitation")).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 11, "{statuses:?}");
}

#[tokio::test]
async fn declining_is_a_success_where_only_the_reply_was_lost() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let (.., hash) = invited(&usher).await;
    let fault = json!({
        "action": "dynamodb:TransactWriteItems", "function": "decline-invitation", "fault": "lostReply", "times": 2,
    });
    usher.queue_fault(fault).await;
    post(&usher, "decline", &hash).await.expect(204);
    assert!(usher.faults_left().await.is_empty());
    post(&usher, "decline", &hash).await.problem(410, "invitation_gone");
}

#[tokio::test]
async fn an_invitation_whose_inviter_lost_the_right_cannot_be_declined_either() {
    let world = World::with(&[Need::Clock]).await;
    let bob = world.member("bob", "CREATOR").await;
    let (guest, id) = world.invited(&bob.token, "guest", "VIEWER").await;
    let hash = world.usher.mail(&guest, 1).await.hash();
    world.change(&world.ada.token, &world.user_id(&bob.email).await, "VIEWER").await.expect(200);
    for what in ["preview", "decline"] {
        post(&world.usher, what, &hash).await.problem(410, "invitation_gone");
    }
    assert_eq!(world.status(&id).await, "PENDING");
    world.usher.advance(60).await;
    world.resend(&world.ada.token, &id).await.expect(200);
    let hash = world.usher.mail(&guest, 2).await.hash();
    post(&world.usher, "preview", &hash).await.expect(200);
    post(&world.usher, "decline", &hash).await.expect(204);
    assert_eq!(world.status(&id).await, "DECLINED");
}
