//! Tests of mails that were given up, and that an operator requeues.

use serde_json::json;

use super::World;

/// The number of attempts after which an outbox item is given up.
const ATTEMPTS: u32 = 6;

#[tokio::test]
async fn a_mail_that_ses_refuses_six_times_is_given_up_until_it_is_requeued() {
    // The ways in which SES fails: SES refuses the whole call, refuses each recipient because of the sender, or does
    // not answer.
    for fault in ["MessageRejected", "unverifiedSender", "InternalServerError"] {
        let world = World::new().await;
        world.disturb_ses(fault, ATTEMPTS).await;
        let guests = world.invite(["a", "b"]).await;
        world.pass_faults().await;
        // SES accepts mails again, but no deliverer sends the mails that were given up.
        world.mailed_in_the_end(&guests, 0).await;
        assert_eq!(world.usher.invoke("requeue-undelivered").await, json!({ "requeued": 1 }));
        world.usher.mail(&guests[0], 1).await;
        world.mailed_in_the_end(&guests, 1).await;
        world.joins(&guests[1]).await;
        assert_eq!(world.usher.invoke("requeue-undelivered").await, json!({ "requeued": 0 }));
    }
}

#[tokio::test]
async fn a_dead_mail_about_being_added_is_requeued_too() {
    let world = World::new().await;
    let carl = world.usher.member(&world.ada.token, &world.workspace, "carl", "VIEWER").await;
    let second = world.usher.workspace(&world.ada.token, "Second").await;
    world.disturb_ses("MessageRejected", ATTEMPTS).await;
    let answer = world.usher.invite(&world.ada.token, &second, &[(&carl.email, "EDITOR")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["added"]);
    world.pass_faults().await;
    world.mailed_in_the_end(&[&carl.email], 1).await;
    assert_eq!(world.usher.invoke("requeue-undelivered").await, json!({ "requeued": 1 }));
    assert!(world.usher.mail(&carl.email, 2).await.subject.contains("added you to Second"));
    world.mailed_in_the_end(&[&carl.email], 2).await;
}

#[tokio::test]
async fn a_person_who_is_invited_anew_gets_no_mail_that_was_given_up() {
    let world = World::new().await;
    world.disturb_ses("MessageRejected", ATTEMPTS).await;
    let [guest] = world.invite(["guest"]).await;
    world.pass_faults().await;
    world.mailed_in_the_end(&[&guest], 0).await;
    world.invite(["guest"]).await;
    world.usher.mail(&guest, 1).await;
    world.usher.invoke("requeue-undelivered").await;
    world.mailed_in_the_end(&[&guest], 1).await;
    world.joins(&guest).await;
}
