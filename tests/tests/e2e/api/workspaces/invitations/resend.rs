//! Tests of resending an invitation.

use jiff::Timestamp;
use serde_json::json;
use tests::{Need, World, mail_tags, needs};

#[tokio::test]
async fn a_resent_invitation_has_a_new_link_and_a_new_lifetime_and_the_old_link_is_dead() {
    let world = World::with(&[Need::Clock]).await;
    let email = world.usher.address("grace");
    let body = json!({ "workSpaceUsers": [{ "email": email, "role": "EDITOR" }], "message": "Come and see." });
    let answer = world.usher.post_bulk_users(&world.ada.token, &world.workspace, body).await.expect(200).json();
    let id = answer["results"][0]["invitationId"].as_str().unwrap();
    let first = world.usher.mail(&email, 1).await.hash();
    let before = world.get(&world.ada.token, &format!("invitations/{id}")).await.expect(200).json();

    world.usher.advance(60).await;
    let resent = world.resend(&world.ada.token, id).await.expect(200).json();
    assert_eq!((&resent["status"], &resent["resentCount"]), (&json!("PENDING"), &json!(1)));
    assert_eq!((&resent["createdAt"], &resent["role"]), (&before["createdAt"], &json!("EDITOR")));
    let expires = |shown: &serde_json::Value| shown["expiresAt"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let longer = expires(&resent).as_second() - expires(&before).as_second();
    assert!((60..90).contains(&longer), "{longer}");

    let mail = world.usher.mail(&email, 2).await;
    assert!(mail.text.contains("Come and see."), "{}", mail.text);
    assert_ne!(mail.hash(), first);
    world.usher.sign_up_by_invitation(&email, &first).await.datagol_error(400, "INVITATION_GONE");
    world.usher.sign_up_by_invitation(&email, &mail.hash()).await.expect(200);
    world.usher.mail_all().await;
    assert_eq!(world.usher.mails(&email).await.len(), 2);
}

#[tokio::test]
async fn within_the_cooldown_an_invitation_is_not_resent() {
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "600")]).await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    // If an invitation is resent while its first mail is still queued, the first mail is not sent.
    world.usher.mail(&email, 1).await;
    let refused = world.resend(&world.ada.token, &id).await.problem(429, "cooldown");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    world.usher.advance(wait - 5).await;
    world.resend(&world.ada.token, &id).await.problem(429, "cooldown");
    world.usher.advance(5).await;
    world.resend(&world.ada.token, &id).await.expect(200);
    world.resend(&world.ada.token, &id).await.problem(429, "cooldown");
    world.usher.mail_all().await;
    assert_eq!(world.usher.mails(&email).await.len(), 2);
}

#[tokio::test]
async fn an_expired_invitation_is_open_again_after_a_resend() {
    let world = World::new(&[("INVITATION_TTL_SECONDS", "1000")]).await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.usher.mail(&email, 1).await;
    world.usher.advance(1000).await;
    assert_eq!(world.status(&id).await, "EXPIRED");
    assert_eq!(world.resend(&world.ada.token, &id).await.expect(200).json()["status"], "PENDING");
    world.usher.advance(900).await;
    let hash = world.usher.mail(&email, 2).await.hash();
    world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
}

#[tokio::test]
async fn an_invitation_that_has_ended_is_not_resent() {
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let (_, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.revoke(&world.ada.token, &id).await.expect(204);
    world.resend(&world.ada.token, &id).await.problem(409, "invitation_ended");
    let (email, id) = world.invited(&world.ada.token, "henry", "EDITOR").await;
    world.usher.sign_up_by_invitation(&email, &world.usher.mail(&email, 1).await.hash()).await.expect(200);
    world.resend(&world.ada.token, &id).await.problem(409, "already_accepted");
    world.remove(&world.ada.token, &world.user_id(&email).await).await.expect(204);
    world.resend(&world.ada.token, &id).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_person_who_resends_an_invitation_becomes_its_inviter() {
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let carl = world.member("carl", "CREATOR").await;
    let user = world.user_id(&carl.email).await;
    let (email, id) = world.invited(&carl.token, "grace", "CREATOR").await;
    let (_, adas) = world.invited(&world.ada.token, "henry", "VIEWER").await;
    world.resend(&carl.token, &adas).await.problem(403, "forbidden");
    let resent = world.resend(&carl.token, &id).await.expect(200).json();
    assert_eq!(resent["invitedBy"], json!({ "id": user, "name": "Grace Guest" }));
    let resent = world.resend(&world.ada.token, &id).await.expect(200).json();
    assert_eq!(resent["invitedBy"]["name"], "Ada Founder");
    // A resent invitation has another inviter, and stays valid if the first inviter loses the right to invite.
    world.resend(&carl.token, &id).await.problem(403, "forbidden");
    world.revoke(&carl.token, &id).await.problem(403, "forbidden");
    world.remove(&world.ada.token, &user).await.expect(204);
    world.usher.mail_all().await;
    let hash = world.usher.mails(&email).await.pop().unwrap().hash();
    world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
}

#[tokio::test]
async fn nobody_resends_an_invitation_above_their_own_role() {
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let carl = world.member("carl", "ADMIN").await;
    let user = world.user_id(&carl.email).await;
    let (_, id) = world.invited(&carl.token, "grace", "ADMIN").await;
    world.change(&world.ada.token, &user, "CREATOR").await.expect(200);
    world.resend(&carl.token, &id).await.problem(403, "forbidden");
    world.revoke(&carl.token, &id).await.problem(403, "forbidden");
    assert_eq!(world.status(&id).await, "PENDING");
}

#[tokio::test]
async fn resending_counts_among_the_days_invitations() {
    let day =
        [("INVITATIONS_PER_WORKSPACE_PER_DAY", "2"), ("MAX_USERS_PER_REQUEST", "1"), ("RESEND_COOLDOWN_SECONDS", "0")];
    let world = World::new(&day).await;
    let (_, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    world.usher.begin_window(86_400).await;
    let ada = world.usher.token(&world.ada.email).await;
    for _ in 0..2 {
        world.resend(&ada, &id).await.expect(200);
    }
    let refused = world.resend(&ada, &id).await.problem(429, "limited");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 86_000);
}

#[tokio::test]
async fn a_new_mail_does_not_have_the_delivery_state_of_the_old_one() {
    needs(&[Need::Calls, Need::EventFunctions, Need::MailReports]);
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    // SES's events about the delivery of this mail get lost, so the delivery state stays SENT.
    world.usher.queue_fault(json!({ "action": "ses:SendBulkEmail", "fault": "lostEvents" })).await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.usher.mail(&email, 1).await;
    world.usher.wait_until_idle().await;
    let delivery = async || {
        let path = format!("invitations/{id}");
        world.get(&world.ada.token, &path).await.expect(200).json()["delivery"].clone()
    };
    let old = mail_tags(&world.workspace, &id, 1);
    assert!(world.usher.send_ses_event("soft bounce", 1, &email, &old).await);
    let bounced = delivery().await;
    assert_eq!(bounced["state"], "BOUNCED");
    assert!(bounced["detail"].is_string(), "{bounced}");

    let paused = json!({ "action": "ses:SendBulkEmail", "fault": "SendingPausedException", "times": 10_000 });
    world.usher.queue_fault(paused).await;
    let resent = world.resend(&world.ada.token, &id).await.expect(200).json();
    assert_eq!(resent["delivery"], json!({ "state": "QUEUED", "at": null, "detail": null }));
    // A late event about an invitation's old mail does not change the delivery state of the new mail.
    assert!(!world.usher.send_ses_event("soft bounce", 2, &email, &old).await);
    assert_eq!(delivery().await["state"], "QUEUED");
}

#[tokio::test]
async fn nothing_is_resent_to_a_suppressed_address() {
    needs(&[Need::EventFunctions, Need::MailReports]);
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.usher.mail(&email, 1).await;
    world.usher.wait_until_idle().await;
    assert!(world.usher.send_ses_event("hard bounce", 1, &email, &mail_tags(&world.workspace, &id, 1)).await);
    let path = format!("invitations/{id}");
    let before = world.get(&world.ada.token, &path).await.expect(200).json();
    let refused = world.resend(&world.ada.token, &id).await.problem(422, "suppressed");
    assert_eq!(refused.json()["detail"], "This address isn't mailed any more: bounced before.");
    assert_eq!(world.get(&world.ada.token, &path).await.expect(200).json(), before);
    world.usher.mail_all().await;
    assert_eq!(world.usher.mails(&email).await.len(), 1);
    // The invitation can still be revoked.
    world.revoke(&world.ada.token, &id).await.expect(204);
}
