//! What SES refuses, wholly or for one recipient.

use serde_json::json;

use super::{PAUSED, Scene};

/// SES's answer for one recipient.
async fn refuse(scene: &Scene, address: &str, status: &str) {
    let fault = json!({ "action": "ses:SendBulkEmail", "address": address, "status": status });
    scene.usher.fault(fault).await;
}

#[tokio::test]
async fn what_ses_throttles_is_mailed_later_and_once() {
    let scene = Scene::new().await;
    scene.disturb_ses("TooManyRequestsException", 8).await;
    let guests = scene.invite(["a", "b", "c"]).await;
    scene.pass_faults().await;
    scene.pass_until(&guests[0], 1).await;
    scene.mailed_in_the_end(&guests, 1).await;
    scene.joins(&guests[2]).await;
}

#[tokio::test]
async fn a_permanent_refusal_is_final_for_its_recipient_and_nobody_else() {
    for status in ["MESSAGE_REJECTED", "INVALID_PARAMETER"] {
        let scene = Scene::new().await;
        let refused = scene.usher.address("refused");
        refuse(&scene, &refused, status).await;
        let [before, _, after] = scene.invite(["before", "refused", "after"]).await;
        scene.usher.mail(&before, 1).await;
        scene.mailed_in_the_end(&[&before, &after], 1).await;
        scene.mailed_in_the_end(&[&refused], 0).await;
        // Inviting again is another try.
        scene.invite(["refused"]).await;
        scene.usher.mail(&refused, 1).await;
        scene.mailed_in_the_end(&[&before, &refused, &after], 1).await;
    }
}

#[tokio::test]
async fn a_passing_failure_of_one_recipient_is_made_good_later() {
    for status in ["TRANSIENT_FAILURE", "ACCOUNT_THROTTLED"] {
        let scene = Scene::new().await;
        let unlucky = scene.usher.address("unlucky");
        refuse(&scene, &unlucky, status).await;
        let [before, _, after] = scene.invite(["before", "unlucky", "after"]).await;
        scene.usher.mail(&after, 1).await;
        assert!(scene.usher.mails(&unlucky).await.is_empty());
        scene.pass_until(&unlucky, 1).await;
        scene.mailed_in_the_end(&[&before, &unlucky, &after], 1).await;
        scene.joins(&unlucky).await;
    }
}

#[tokio::test]
async fn a_lost_answer_of_ses_brings_a_second_mail_with_the_same_link_once_the_lease_is_over() {
    let scene = Scene::new().await;
    scene.disturb_ses("lostEvents", 1).await;
    scene.disturb_ses("lostReply", 1).await;
    let guests = scene.invite(["a", "b"]).await;
    scene.usher.mail(&guests[0], 1).await;
    // As long as the lease lasts nobody touches it.
    scene.usher.advance(200).await;
    scene.usher.invoke("sweep-undelivered").await;
    assert_eq!(scene.usher.mails(&guests[0]).await.len(), 1);
    scene.usher.advance(tests::LEASE - 200).await;
    scene.usher.mail(&guests[0], 2).await;
    scene.mailed_in_the_end(&guests, 2).await;
    scene.joins(&guests[0]).await;
    scene.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_lost_answer_of_ses_brings_no_second_mail_where_its_event_says_that_it_was_sent() {
    let scene = Scene::new().await;
    scene.disturb_ses("lostReply", 1).await;
    let guests = scene.invite(["a", "b"]).await;
    scene.usher.mail(&guests[0], 1).await;
    scene.mailed_in_the_end(&guests, 1).await;
    scene.joins(&guests[0]).await;
    scene.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_code_goes_out_before_the_invitations_that_waited_longer() {
    let scene = Scene::new().await;
    for action in ["ses:SendBulkEmail", "ses:SendEmail"] {
        scene.usher.fault(json!({ "action": action, "fault": PAUSED, "times": 10_000 })).await;
    }
    let guests = scene.invite(["a", "b", "c", "d", "e"]).await;
    let late = scene.usher.address("late");
    let body = json!({ "email": late, "password": tests::PASSWORD, "firstname": "Late", "lastname": "Comer" });
    scene.usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    // Both were tried.
    for action in ["ses:SendBulkEmail", "ses:SendEmail"] {
        tried(&scene, action).await;
    }
    scene.usher.wait_until_idle().await;
    scene.usher.clear_faults().await;
    scene.pass_until(&guests[0], 1).await;
    let recipients = scene.usher.recipients().await;
    assert_eq!(recipients[1], late, "{recipients:?}");
    scene.mailed_in_the_end(&guests, 1).await;
    assert_eq!(scene.usher.mails(&late).await.len(), 1);
}

/// Waits until a deliverer has made this call.
async fn tried(scene: &Scene, action: &str) {
    for _ in 0..400 {
        let calls = scene.usher.calls().await;
        // The founder's own code was the first letter.
        let mine = if action == "ses:SendEmail" { 2 } else { 1 };
        let made: u64 = tests::DELIVERERS.iter().filter_map(|function| calls[function][action].as_u64()).sum();
        if made >= mine {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{action} was never called");
}
