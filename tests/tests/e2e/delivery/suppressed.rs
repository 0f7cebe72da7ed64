//! Tests of suppressed addresses, which the service no longer mails.

use serde_json::json;
use tests::{Endpoint, Need, PASSWORD, mail_tags};

use super::{PAUSED, World};

impl World {
    /// A person who complained about an invitation.
    async fn complainer(&self) -> String {
        let email = self.usher.address("complainer");
        let answer = self.usher.invite(&self.ada.token, &self.workspace, &[(&email, "VIEWER")]).await.expect(200);
        let id = answer.json()["results"][0]["invitationId"].as_str().unwrap().to_owned();
        self.usher.wait_until_idle().await;
        assert!(self.usher.send_ses_event("complaint", 1, &email, &mail_tags(&self.workspace, &id, 1)).await);
        email
    }
}

#[tokio::test]
async fn a_person_who_complains_between_two_mails_does_not_get_the_second_one() {
    let world = World::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let email = usher.address("between");
    let first = usher.invite(token, &world.workspace, &[(&email, "VIEWER")]).await.expect(200).json();
    usher.mail(&email, 1).await;
    usher.wait_until_idle().await;
    world.disturb_ses(PAUSED, 10_000).await;
    let second = usher.workspace(token, "Second").await;
    let other = usher.address("other");
    usher.invite(token, &second, &[(&email, "VIEWER"), (&other, "VIEWER")]).await.expect(200);
    usher.wait_until_idle().await;
    let id = first["results"][0]["invitationId"].as_str().unwrap();
    assert!(usher.send_ses_event("complaint", 1, &email, &mail_tags(&world.workspace, id, 1)).await);
    usher.clear_faults().await;
    world.pass_until(&other, 1).await;
    world.mailed_in_the_end(&[&email, &other], 1).await;
}

#[tokio::test]
async fn the_only_mail_in_an_item_is_dropped_if_it_is_not_to_be_sent() {
    let world = World::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let email = usher.address("alone");
    let first = usher.invite(token, &world.workspace, &[(&email, "VIEWER")]).await.expect(200).json();
    usher.mail(&email, 1).await;
    usher.wait_until_idle().await;
    world.disturb_ses(PAUSED, 10_000).await;
    let second = usher.workspace(token, "Second").await;
    let waiting = usher.invite(token, &second, &[(&email, "VIEWER")]).await.expect(200).json();
    usher.wait_until_idle().await;
    let id = first["results"][0]["invitationId"].as_str().unwrap();
    assert!(usher.send_ses_event("hard bounce", 1, &email, &mail_tags(&world.workspace, id, 1)).await);
    usher.clear_faults().await;
    world.mailed_in_the_end(&[&email], 1).await;
    let id = waiting["results"][0]["invitationId"].as_str().unwrap();
    usher.send("DELETE", &format!("/v1/workspace-users/{id}"), Some(token), None).await.expect(200);
    let delivery = usher.event_about(&email, "invitation.revoked", 1).await["invitation"]["delivery"].clone();
    assert_eq!((&delivery["state"], &delivery["detail"]), (&json!("SUPPRESSED"), &json!("bounced before")));
}

#[tokio::test]
async fn every_contract_reports_a_suppressed_address() {
    let world = World::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let email = world.complainer().await;
    let second = usher.workspace(token, "Second").await;
    let alone = json!({ "users": [{ "email": email, "role": "EDITOR" }] });
    let answer = usher.post_invitations(token, &second, alone).await;
    answer.problem_of_rows(422, "suppressed", &["suppressed"]);
    let answer = usher.invite(token, &second, &[(&email, "VIEWER")]).await.expect(422);
    assert_eq!(answer.row_statuses(), ["suppressed"]);
    let short_id = usher.short_id(token, &second).await;
    let body = json!({ "email": email, "role": "viewer", "workspaceId": short_id });
    let answer = usher.post("/v1/workspace-users", token, body).await.expect(400).json();
    assert_eq!(answer["error"]["code"], "BAD_REQUEST");
    // A suppressed address is no mistake for which SmartDocumentor refuses the whole request.
    let number = usher.workspace_number(token, "Second").await;
    let other = usher.address("other");
    let users = [&email, &other].map(|email| json!({ "email": email, "roleName": "Viewer" }));
    let body = json!({ "workspaceId": number, "users": users });
    usher.post("/api/v1.0/external/sdworkspace/inviteusers", token, body).await.expect(200);
    usher.mail(&other, 1).await;
    world.mailed_in_the_end(&[&email], 1).await;
}

#[tokio::test]
async fn a_suppressed_address_still_signs_up_and_stays_suppressed() {
    let world = World::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let email = world.complainer().await;
    let hash = usher.mail(&email, 1).await.hash();
    usher.sign_up_by_invitation(&email, &hash).await.expect(200);
    usher.token(&email).await;
    // A colleague with a suppressed address is added to the workspace, and gets no mail.
    let second = usher.workspace(token, "Second").await;
    let answer = usher.invite(token, &second, &[(&email, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["added"]);
    usher.event_about(&email, "member.added", 2).await;
    // The service also refuses another company's invitation to the suppressed address.
    let eve = usher.founder("eve").await;
    let elsewhere = usher.workspace(&eve.token, "Elsewhere").await;
    usher.invite(&eve.token, &elsewhere, &[(&email, "VIEWER")]).await.expect(422);
    world.mailed_in_the_end(&[&email], 1).await;
    // The letter that says that the address has an account is not sent to a suppressed address either, because anybody
    // could cause this letter.
    let body = json!({ "email": email, "password": PASSWORD, "firstname": "Cara", "lastname": "Complainer" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    world.mailed_in_the_end(&[&email], 1).await;
}

#[tokio::test]
async fn a_person_who_complained_about_any_mail_is_not_invited() {
    let usher = Endpoint::with(&[Need::EventFunctions]).await;
    let (ada, bob) = (usher.founder("ada").await, usher.founder("bob").await);
    let workspace = usher.workspace(&ada.token, "Unwanted").await;
    // An SES event about a mail that belongs to no person's record has no tags that name a record.
    assert!(!usher.send_ses_event("soft bounce", 1, &bob.email, &json!({})).await);
    assert!(usher.send_ses_event("complaint", 1, &bob.email, &json!({})).await);
    assert!(!usher.send_ses_event("complaint", 1, &bob.email, &json!({})).await);
    let answer = usher.invite(&ada.token, &workspace, &[(&bob.email, "VIEWER")]).await.expect(422);
    assert_eq!(answer.row_statuses(), ["suppressed"]);
    // A one-time password is still mailed to a suppressed address, because typing it in proves that the owner reads the
    // mail.
    let cara = usher.address("cara");
    assert!(usher.send_ses_event("hard bounce", 1, &cara, &json!({})).await);
    let form = json!({ "email": cara, "password": PASSWORD, "firstname": "Cara", "lastname": "Complainer" });
    usher.post_open("/idp/api/v1/user/sign-up", form).await.expect(200);
    usher.mail(&cara, 1).await.code();
}
