//! What changed between queue and delivery.

use serde_json::json;

use super::{PAUSED, Scene};

#[tokio::test]
async fn who_was_invited_again_meanwhile_gets_one_mail_with_the_newest_link() {
    let scene = Scene::new().await;
    scene.disturb_ses(PAUSED, 10_000).await;
    let guests = scene.invite(["a", "b"]).await;
    scene.usher.advance(60).await;
    let answer = scene.usher.invite(&scene.ada.token, &scene.workspace, &[(&guests[0], "VIEWER")]).await;
    assert_eq!(answer.expect(200).rows(), ["invited"]);
    scene.usher.wait_until_idle().await;
    scene.usher.clear_faults().await;
    // Both items are taken up at once: stream and schedule know nothing of each other.
    scene.usher.advance(15).await;
    futures::future::join_all((0..4).map(|_| scene.usher.invoke("sweep-undelivered"))).await;
    scene.usher.mail(&guests[1], 1).await;
    scene.mailed_in_the_end(&guests, 1).await;
    assert!(scene.usher.mail(&guests[0], 1).await.text.contains("Viewer"));
    scene.joins(&guests[0]).await;
    scene.joins(&guests[1]).await;
}

#[tokio::test]
async fn a_change_within_the_cooldown_is_in_the_mail_that_waits() {
    let scene = Scene::new().await;
    scene.disturb_ses(PAUSED, 10_000).await;
    let [guest] = scene.invite(["guest"]).await;
    let body = json!({ "workSpaceUsers": [{ "email": guest, "role": "CREATOR" }], "message": "Newer words" });
    let answer = scene.usher.bulk(&scene.ada.token, &scene.workspace, body).await.expect(200);
    assert_eq!(answer.rows(), ["alreadyInvited"]);
    scene.usher.wait_until_idle().await;
    scene.usher.clear_faults().await;
    scene.pass_until(&guest, 1).await;
    let mail = scene.usher.mail(&guest, 1).await;
    assert!(mail.text.contains("Creator") && mail.text.contains("Newer words"), "{}", mail.text);
    scene.mailed_in_the_end(&[guest], 1).await;
}

#[tokio::test]
async fn who_accepted_by_the_first_mail_gets_no_second() {
    let scene = Scene::new().await;
    // The mails go out, and nobody knows.
    scene.disturb_ses("lostEvents", 1).await;
    scene.disturb_ses("lostReply", 1).await;
    let [quick, slow] = scene.invite(["quick", "slow"]).await;
    let hash = scene.usher.mail(&quick, 1).await.hash();
    scene.usher.join(&quick, &hash).await.expect(200);
    scene.usher.advance(tests::LEASE).await;
    scene.usher.mail(&slow, 2).await;
    scene.mailed_in_the_end(&[&quick], 1).await;
    scene.mailed_in_the_end(&[&slow], 2).await;
    scene.joins(&slow).await;
}

#[tokio::test]
async fn an_invitation_that_expired_in_the_queue_is_not_mailed() {
    let scene = Scene::new().await;
    scene.disturb_ses(PAUSED, 10_000).await;
    let [guest] = scene.invite(["guest"]).await;
    scene.usher.wait_until_idle().await;
    scene.usher.advance(7 * 24 * 3_600).await;
    scene.usher.clear_faults().await;
    scene.mailed_in_the_end(&[&guest], 0).await;
    // It left nothing behind that would keep a new one from going out.
    let token = scene.usher.token(&scene.ada.email).await;
    scene.usher.invite(&token, &scene.workspace, &[(&guest, "EDITOR")]).await.expect(200);
    scene.usher.mail(&guest, 1).await;
    scene.mailed_in_the_end(&[&guest], 1).await;
    scene.joins(&guest).await;
}
