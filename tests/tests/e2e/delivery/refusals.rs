//! Tests of mails that SES refuses, either all mails of a call or the mail to one recipient.

use serde_json::json;
use tests::eventually;

use super::{PAUSED, World};

/// SES's answer for one recipient of a bulk call.
async fn refuse(world: &World, address: &str, status: &str) {
    let fault = json!({ "action": "ses:SendBulkEmail", "address": address, "status": status });
    world.usher.queue_fault(fault).await;
}

#[tokio::test]
async fn a_throttled_mail_is_sent_later_and_once() {
    let world = World::new().await;
    world.disturb_ses("TooManyRequestsException", 8).await;
    let guests = world.invite(["a", "b", "c"]).await;
    world.pass_faults().await;
    world.pass_until(&guests[0], 1).await;
    world.mailed_in_the_end(&guests, 1).await;
    world.joins(&guests[2]).await;
}

#[tokio::test]
async fn a_permanent_refusal_is_final_for_its_recipient_and_nobody_else() {
    for status in ["MESSAGE_REJECTED", "INVALID_PARAMETER"] {
        let world = World::new().await;
        let refused = world.usher.address("refused");
        refuse(&world, &refused, status).await;
        let [before, _, after] = world.invite(["before", "refused", "after"]).await;
        world.usher.mail(&before, 1).await;
        world.mailed_in_the_end(&[&before, &after], 1).await;
        world.mailed_in_the_end(&[&refused], 0).await;
        // A new invitation is mailed again.
        world.invite(["refused"]).await;
        world.usher.mail(&refused, 1).await;
        world.mailed_in_the_end(&[&before, &refused, &after], 1).await;
    }
}

#[tokio::test]
async fn a_temporary_failure_of_one_recipient_is_retried_later() {
    for status in ["TRANSIENT_FAILURE", "ACCOUNT_THROTTLED"] {
        let world = World::new().await;
        let unlucky = world.usher.address("unlucky");
        refuse(&world, &unlucky, status).await;
        let [before, _, after] = world.invite(["before", "unlucky", "after"]).await;
        world.usher.mail(&after, 1).await;
        assert!(world.usher.mails(&unlucky).await.is_empty());
        world.pass_until(&unlucky, 1).await;
        world.mailed_in_the_end(&[&before, &unlucky, &after], 1).await;
        world.joins(&unlucky).await;
    }
}

#[tokio::test]
async fn a_lost_answer_of_ses_brings_a_second_mail_with_the_same_link_once_the_lease_is_over() {
    let world = World::new().await;
    world.disturb_ses("lostEvents", 1).await;
    world.disturb_ses("lostReply", 1).await;
    let guests = world.invite(["a", "b"]).await;
    world.usher.mail(&guests[0], 1).await;
    // While the lease on an outbox item lasts, no other deliverer claims the item.
    world.usher.advance(200).await;
    world.usher.invoke("sweep-undelivered").await;
    assert_eq!(world.usher.mails(&guests[0]).await.len(), 1);
    world.usher.advance(tests::LEASE - 200).await;
    world.usher.mail(&guests[0], 2).await;
    world.mailed_in_the_end(&guests, 2).await;
    world.joins(&guests[0]).await;
    world.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_lost_answer_of_ses_brings_no_second_mail_where_its_event_says_that_it_was_sent() {
    let world = World::new().await;
    world.disturb_ses("lostReply", 1).await;
    let guests = world.invite(["a", "b"]).await;
    world.usher.mail(&guests[0], 1).await;
    world.mailed_in_the_end(&guests, 1).await;
    world.joins(&guests[0]).await;
    world.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_code_is_mailed_before_invitations_that_have_waited_longer() {
    let world = World::new().await;
    for action in ["ses:SendBulkEmail", "ses:SendEmail"] {
        world.usher.queue_fault(json!({ "action": action, "fault": PAUSED, "times": 10_000 })).await;
    }
    let guests = world.invite(["a", "b", "c", "d", "e"]).await;
    let late = world.usher.address("late");
    let body = json!({ "email": late, "password": tests::PASSWORD, "firstname": "Late", "lastname": "Comer" });
    world.usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    // A deliverer has tried to send both waiting mails.
    for action in ["ses:SendBulkEmail", "ses:SendEmail"] {
        tried(&world, action).await;
    }
    world.usher.wait_until_idle().await;
    world.usher.clear_faults().await;
    world.pass_until(&guests[0], 1).await;
    let recipients = world.usher.recipients().await;
    assert_eq!(recipients[1], late, "{recipients:?}");
    world.mailed_in_the_end(&guests, 1).await;
    assert_eq!(world.usher.mails(&late).await.len(), 1);
}

/// Waits until a deliverer has made the given AWS call.
async fn tried(world: &World, action: &str) {
    eventually(action, async || {
        let calls = world.usher.calls().await;
        // The first of the SendEmail calls sent the founder's code.
        let mine = if action == "ses:SendEmail" { 2 } else { 1 };
        let made: u64 = tests::DELIVERERS.iter().filter_map(|function| calls[function][action].as_u64()).sum();
        (made >= mine).then_some(())
    })
    .await;
}
