//! Tests of invitations that change after their mail is queued and before the mail is delivered.

use serde_json::json;
use tests::HeldCall;

use super::{PAUSED, World};

#[tokio::test]
async fn a_person_who_is_invited_again_before_the_mail_gets_one_mail_with_the_newest_link() {
    let world = World::new().await;
    world.disturb_ses(PAUSED, 10_000).await;
    let guests = world.invite(["a", "b"]).await;
    world.usher.advance(60).await;
    let answer = world.usher.invite(&world.ada.token, &world.workspace, &[(&guests[0], "VIEWER")]).await;
    assert_eq!(answer.expect(200).row_statuses(), ["invited"]);
    world.usher.wait_until_idle().await;
    world.usher.clear_faults().await;
    // Two sweeps of the outbox have claimed one outbox item each, and stop before they send mail.
    let mailing = world.usher.hold(HeldCall::before("sweep-undelivered", "ses:SendBulkEmail"), 2).await;
    world.usher.advance(15).await;
    let release = async {
        mailing.reached().await;
        mailing.release().await;
    };
    tokio::join!(world.usher.invoke("sweep-undelivered"), world.usher.invoke("sweep-undelivered"), release);
    world.usher.mail(&guests[1], 1).await;
    world.mailed_in_the_end(&guests, 1).await;
    assert!(world.usher.mail(&guests[0], 1).await.text.contains("Viewer"));
    world.joins(&guests[0]).await;
    world.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_change_within_the_cooldown_is_in_the_mail_that_waits() {
    let world = World::new().await;
    world.disturb_ses(PAUSED, 10_000).await;
    let [guest] = world.invite(["guest"]).await;
    let body = json!({ "workSpaceUsers": [{ "email": guest, "role": "CREATOR" }], "message": "Newer words" });
    let answer = world.usher.post_bulk_users(&world.ada.token, &world.workspace, body).await.expect(200);
    assert_eq!(answer.row_statuses(), ["alreadyInvited"]);
    world.usher.wait_until_idle().await;
    world.usher.clear_faults().await;
    world.pass_until(&guest, 1).await;
    let mail = world.usher.mail(&guest, 1).await;
    assert!(mail.text.contains("Creator") && mail.text.contains("Newer words"), "{}", mail.text);
    world.mailed_in_the_end(&[guest], 1).await;
}

#[tokio::test]
async fn a_person_who_accepted_by_the_first_mail_gets_no_second_one() {
    let world = World::new().await;
    // SES sends the mails, but the service does not learn that the mails were sent.
    world.disturb_ses("lostEvents", 1).await;
    world.disturb_ses("lostReply", 1).await;
    let [quick, slow] = world.invite(["quick", "slow"]).await;
    let hash = world.usher.mail(&quick, 1).await.hash();
    world.usher.sign_up_by_invitation(&quick, &hash).await.expect(200);
    world.usher.advance(tests::LEASE).await;
    world.usher.mail(&slow, 2).await;
    world.mailed_in_the_end(&[&quick], 1).await;
    world.mailed_in_the_end(&[&slow], 2).await;
    world.joins(&slow).await;
}

#[tokio::test]
async fn an_invitation_that_expired_in_the_queue_is_not_mailed() {
    let world = World::new().await;
    world.disturb_ses(PAUSED, 10_000).await;
    let [guest] = world.invite(["guest"]).await;
    world.usher.wait_until_idle().await;
    world.usher.advance(7 * 24 * 3_600).await;
    world.usher.clear_faults().await;
    world.mailed_in_the_end(&[&guest], 0).await;
    // The expired invitation does not keep a new invitation of the same person from being mailed.
    let token = world.usher.token(&world.ada.email).await;
    world.usher.invite(&token, &world.workspace, &[(&guest, "EDITOR")]).await.expect(200);
    world.usher.mail(&guest, 1).await;
    world.mailed_in_the_end(&[&guest], 1).await;
    world.joins(&guest).await;
}
