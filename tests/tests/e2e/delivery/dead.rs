//! What was given up, and is brought back by hand.

use serde_json::json;

use super::Scene;

/// An item is given up after so many attempts.
const ATTEMPTS: u32 = 6;

#[tokio::test]
async fn what_ses_refuses_six_times_is_given_up_until_it_is_brought_back() {
    // Refused for a reason, for each recipient because of the sender, and without an answer.
    for fault in ["MessageRejected", "unverifiedSender", "InternalServerError"] {
        let scene = Scene::new().await;
        scene.disturb_ses(fault, ATTEMPTS).await;
        let guests = scene.invite(["a", "b"]).await;
        scene.pass_faults().await;
        // SES takes mail again, and nothing comes.
        scene.mailed_in_the_end(&guests, 0).await;
        assert_eq!(scene.usher.invoke("requeue-undelivered").await, json!({ "requeued": 1 }));
        scene.usher.mail(&guests[0], 1).await;
        scene.mailed_in_the_end(&guests, 1).await;
        scene.joins(&guests[1]).await;
        assert_eq!(scene.usher.invoke("requeue-undelivered").await, json!({ "requeued": 0 }));
    }
}

#[tokio::test]
async fn the_news_of_being_added_is_brought_back_too() {
    let scene = Scene::new().await;
    let carl = scene.usher.member(&scene.ada.token, &scene.workspace, "carl", "VIEWER").await;
    let second = scene.usher.workspace(&scene.ada.token, "Second").await;
    scene.disturb_ses("MessageRejected", ATTEMPTS).await;
    let answer = scene.usher.invite(&scene.ada.token, &second, &[(&carl.email, "EDITOR")]).await.expect(200);
    assert_eq!(answer.rows(), ["added"]);
    scene.pass_faults().await;
    scene.mailed_in_the_end(&[&carl.email], 1).await;
    assert_eq!(scene.usher.invoke("requeue-undelivered").await, json!({ "requeued": 1 }));
    assert!(scene.usher.mail(&carl.email, 2).await.subject.contains("added you to Second"));
    scene.mailed_in_the_end(&[&carl.email], 2).await;
}

#[tokio::test]
async fn who_was_invited_anew_gets_nothing_of_what_was_given_up() {
    let scene = Scene::new().await;
    scene.disturb_ses("MessageRejected", ATTEMPTS).await;
    let [guest] = scene.invite(["guest"]).await;
    scene.pass_faults().await;
    scene.mailed_in_the_end(&[&guest], 0).await;
    scene.invite(["guest"]).await;
    scene.usher.mail(&guest, 1).await;
    scene.usher.invoke("requeue-undelivered").await;
    scene.mailed_in_the_end(&[&guest], 1).await;
    scene.joins(&guest).await;
}
