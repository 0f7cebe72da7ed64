//! Tests of requests for a new invitation after an invitation has expired.

use serde_json::json;
use tests::{Account, Endpoint, HeldCall, Need, World, mail_tags};

use super::{LIFETIME, UNKNOWN, invited, post};

const DAY: i64 = 86_400;

#[tokio::test]
async fn the_inviter_is_asked_once_a_day_to_invite_again() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let (ada, _, guest, hash) = invited(&usher).await;
    // While an invitation can still be accepted, the service doesn't ask the inviter for a new invitation.
    assert_eq!(post(&usher, "renew", &hash).await.expect(202).text, "");
    usher.advance(LIFETIME).await;
    let renewals = (0..5).map(|_| post(&usher, "renew", &hash));
    let taking_the_turn = HeldCall::before("renew-invitation", "dynamodb:UpdateItem");
    usher.together(renewals, taking_the_turn).await;
    let mail = usher.mail(&ada.email, 2).await;
    assert_eq!(mail.subject.replace('\u{2060}', ""), format!("{guest} asks for a new invitation to Project Alpha"));
    assert!(!mail.text.contains(&hash) && !mail.html.contains(&hash));
    usher.mail_all().await;
    assert_eq!(usher.mails(&ada.email).await.len(), 2);
    usher.advance(DAY).await;
    post(&usher, "renew", &hash.to_uppercase()).await.expect(202);
    usher.mail(&ada.email, 3).await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
}

/// An invitation whose inviter loses the right to invite: the hash of the invitation, and the inviter.
async fn orphaned(world: &World) -> (String, Account) {
    let bob = world.member("bob", "CREATOR").await;
    let (guest, _) = world.invited(&bob.token, "guest", "VIEWER").await;
    let hash = world.usher.mail(&guest, 1).await.hash();
    world.change(&world.ada.token, &world.user_id(&bob.email).await, "VIEWER").await.expect(200);
    (hash, bob)
}

#[tokio::test]
async fn the_administrators_are_asked_instead_of_an_inviter_who_may_invite_no_more() {
    let world = World::with(&[Need::Clock]).await;
    let (hash, bob) = orphaned(&world).await;
    world.usher.advance(LIFETIME).await;
    post(&world.usher, "renew", &hash).await.expect(202);
    world.usher.mail(&world.ada.email, 2).await;
    world.usher.mail_all().await;
    assert_eq!(world.usher.mails(&bob.email).await.len(), 1);
}

#[tokio::test]
async fn each_administrator_is_mailed_once_also_if_ses_refuses_another_ones_address() {
    for first_is_refused in [true, false] {
        let world = World::with(&[Need::Clock, Need::Calls, Need::EventFunctions]).await;
        let carl = world.member("carl", "ADMIN").await.email;
        let (hash, _) = orphaned(&world).await;
        let (refused, other) = if first_is_refused { (&world.ada.email, &carl) } else { (&carl, &world.ada.email) };
        let refusal =
            json!({ "action": "ses:SendEmail", "address": refused, "status": "MESSAGE_REJECTED", "times": 3 });
        world.usher.queue_fault(refusal).await;
        world.usher.advance(LIFETIME).await;
        post(&world.usher, "renew", &hash).await.expect(202);
        // The mail to the second administrator does not wait for the mail that SES refuses.
        world.usher.mail(other, 2).await;
        assert_eq!(world.usher.mails(refused).await.len(), 1);
        for _ in 0..200 {
            if world.usher.mails(refused).await.len() > 1 {
                break;
            }
            world.usher.advance(60).await;
            world.usher.invoke("sweep-undelivered").await;
        }
        world.usher.mail_all().await;
        for admin in [refused, other] {
            assert_eq!(world.usher.mails(admin).await.len(), 2, "{admin}");
        }
    }
}

#[tokio::test]
async fn the_company_admins_are_asked_if_a_service_account_is_the_only_administrator() {
    let world = World::with(&[Need::Clock]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let made = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, json!({ "name": "robot" })).await;
    let robot = made.expect(200).json()["email"].as_str().unwrap().to_owned();
    assert_eq!(
        usher.invite(&ada.token, &world.workspace, &[(&robot, "ADMIN")]).await.expect(200).row_statuses(),
        ["added"]
    );
    let (hash, _) = orphaned(&world).await;
    world.remove(&ada.token, &world.user_id(&ada.email).await).await.expect(204);
    usher.advance(LIFETIME).await;
    post(usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 2).await;
    usher.mail_all().await;
    assert_eq!(usher.mails(&ada.email).await.len(), 2);
    assert!(usher.mails(&robot).await.is_empty());
}

#[tokio::test]
async fn an_inviter_whose_address_is_suppressed_is_not_asked() {
    let world = World::with(&[Need::Clock, Need::EventFunctions, Need::MailReports]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let (bob, id) = world.invited(&ada.token, "bob", "CREATOR").await;
    usher.sign_up_by_invitation(&bob, &usher.mail(&bob, 1).await.hash()).await.expect(200);
    let (guest, _) = world.invited(&usher.token(&bob).await, "guest", "VIEWER").await;
    let hash = usher.mail(&guest, 1).await.hash();
    usher.wait_until_idle().await;
    assert!(usher.send_ses_event("complaint", 1, &bob, &mail_tags(&world.workspace, &id, 1)).await);
    usher.advance(LIFETIME).await;
    post(usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 2).await;
    usher.mail_all().await;
    assert_eq!(usher.mails(&bob).await.len(), 1);
}

#[tokio::test]
async fn renewals_are_counted_per_invitation_and_not_per_hash() {
    let world = World::new(&[("INVITATION_TTL_SECONDS", "1000"), ("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let usher = &world.usher;
    usher.begin_window(DAY).await;
    let ada = usher.token(&world.ada.email).await;
    let (guest, id) = world.invited(&ada, "guest", "VIEWER").await;
    let first = usher.mail(&guest, 1).await.hash();
    // A request for a new invitation that has no effect is not counted towards the limit.
    for other in [&first, UNKNOWN, "x"] {
        post(usher, "renew", other).await.expect(202);
    }
    usher.advance(1000).await;
    post(usher, "renew", &first).await.expect(202);
    usher.mail(&world.ada.email, 2).await;
    world.resend(&ada, &id).await.expect(200);
    let second = usher.mail(&guest, 2).await.hash();
    usher.advance(1000).await;
    post(usher, "renew", &second).await.expect(202);
    usher.mail_all().await;
    assert_eq!(usher.mails(&world.ada.email).await.len(), 2);
    usher.advance(DAY).await;
    post(usher, "renew", &first).await.expect(202);
    post(usher, "renew", &second).await.expect(202);
    usher.mail(&world.ada.email, 3).await;
}

#[tokio::test]
async fn a_failed_renewal_is_not_counted() {
    let usher = Endpoint::with(&[Need::Clock, Need::Calls]).await;
    let (ada, _, _, hash) = invited(&usher).await;
    usher.advance(LIFETIME).await;
    let fault = json!({
        "action": "dynamodb:PutItem", "function": "renew-invitation", "fault": "InternalServerError", "times": 1_000,
    });
    usher.queue_fault(fault).await;
    post(&usher, "renew", &hash).await.problem(503, "unavailable");
    usher.clear_faults().await;
    post(&usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 2).await;
}

#[tokio::test]
async fn a_request_whose_reply_was_lost_is_mailed() {
    let usher = Endpoint::with(&[Need::Clock, Need::Calls]).await;
    let (ada, _, _, hash) = invited(&usher).await;
    usher.advance(LIFETIME).await;
    let fault = json!({ "action": "dynamodb:UpdateItem", "function": "renew-invitation", "fault": "lostReply" });
    usher.queue_fault(fault).await;
    post(&usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 2).await;
    assert!(usher.faults_left().await.is_empty());
}

#[tokio::test]
async fn a_renewal_is_possible_again_one_day_after_the_last_one() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let (ada, _, _, hash) = invited(&usher).await;
    usher.advance(LIFETIME).await;
    usher.begin_window(DAY).await;
    usher.advance(DAY - 60).await;
    post(&usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 2).await;
    usher.advance(120).await;
    post(&usher, "renew", &hash).await.expect(202);
    usher.mail_all().await;
    assert_eq!(usher.mails(&ada.email).await.len(), 2);
    usher.advance(DAY).await;
    post(&usher, "renew", &hash).await.expect(202);
    usher.mail(&ada.email, 3).await;
}

#[tokio::test]
async fn renewing_an_invitation_that_has_not_expired_does_nothing() {
    let usher = Endpoint::with(&[Need::Clock, Need::Calls]).await;
    let (ada, workspace, guest, hash) = invited(&usher).await;
    usher.advance(LIFETIME).await;
    let ada = Account { token: usher.token(&ada.email).await, ..ada };
    usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
    let newer = usher.mail(&guest, 2).await.hash();
    usher.forget_calls().await;
    for dead in [&hash, &newer, UNKNOWN, "x", ""] {
        post(&usher, "renew", dead).await.expect(202);
    }
    let calls = usher.calls().await["renew-invitation"].clone();
    assert_eq!(
        calls,
        json!({ "dynamodb:GetItem": 10, "dynamodb:UpdateItem": 5, "dynamodb:PutItem": 5 }),
        "alike for each"
    );
    usher.mail_all().await;
    assert_eq!(usher.mails(&ada.email).await.len(), 1);
}
