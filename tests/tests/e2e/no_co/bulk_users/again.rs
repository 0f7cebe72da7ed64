//! Tests of inviting a person who is invited already.

use serde_json::json;
use tests::{Endpoint, Need};

#[tokio::test]
async fn within_the_cooldown_role_and_message_change_and_no_mail_is_sent() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Again").await;
    let guest = usher.address("guest");
    let body =
        |role: &str, message: &str| json!({ "workSpaceUsers": [{ "email": guest, "role": role }], "message": message });
    usher.post_bulk_users(&ada.token, &workspace, body("VIEWER", "First words")).await.expect(200);
    let mail = usher.mail(&guest, 1).await;
    let answer = usher.post_bulk_users(&ada.token, &workspace, body("CREATOR", "Second words")).await.expect(200);
    assert_eq!(answer.row_statuses(), ["alreadyInvited"]);
    assert_eq!(answer.json()["summary"], json!({ "alreadyInvited": 1 }));
    assert!(answer.json()["results"][0]["invitationId"].is_string());

    let page = usher.registration_page(&mail.hash()).await.expect(200).text;
    assert!(page.contains("Creator") && page.contains("Second words") && !page.contains("First words"), "{page}");
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
    usher.sign_up_by_invitation(&guest, &mail.hash()).await.expect(200);
    let token = usher.token(&guest).await;
    assert_eq!(usher.role(&token, &workspace).await.as_deref(), Some("CREATOR"));
}

#[tokio::test]
async fn after_the_cooldown_a_new_mail_comes_and_the_old_link_is_dead() {
    let usher = Endpoint::own(&[("RESEND_COOLDOWN_SECONDS", "120")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Again").await;
    let guest = usher.address("guest");
    let invite = async |role| usher.invite(&ada.token, &workspace, &[(&guest, role)]).await.expect(200);
    let first = invite("VIEWER").await;
    let old = usher.mail(&guest, 1).await.hash();
    usher.advance(90).await;
    assert_eq!(invite("VIEWER").await.row_statuses(), ["alreadyInvited"]);
    usher.advance(30).await;
    let second = invite("EDITOR").await;
    assert_eq!(second.row_statuses(), ["invited"]);
    // The second request amends the same invitation and makes no new invitation.
    let id = |answer: &tests::Answer| answer.json()["results"][0]["invitationId"].clone();
    assert_eq!(id(&first), id(&second));
    let new = usher.mail(&guest, 2).await.hash();
    assert_ne!(old, new);
    usher.registration_page(&old).await.expect(410);
    usher.sign_up_by_invitation(&guest, &old).await.expect(400);
    assert!(usher.registration_page(&new).await.expect(200).text.contains("Editor"));
    usher.sign_up_by_invitation(&guest, &new).await.expect(200);
    assert_eq!(usher.mails(&guest).await.len(), 2);
}

#[tokio::test]
async fn nobody_lowers_an_invitation_above_their_own_role() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Again").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "ADMIN")]).await.expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    for seconds in [0, 120] {
        usher.advance(seconds).await;
        let answer = usher.invite(&carl.token, &workspace, &[(&guest, "VIEWER")]).await.expect(403);
        assert_eq!(answer.row_statuses(), ["forbidden"]);
    }
    assert!(usher.registration_page(&hash).await.expect(200).text.contains("Admin"));
    // An inviter who may give the invitation's role may also replace it by a lower role.
    let answer = usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    let hash = usher.mail(&guest, 2).await.hash();
    assert!(usher.registration_page(&hash).await.expect(200).text.contains("Viewer"));
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 2);
}

#[tokio::test]
async fn without_a_cooldown_every_invitation_is_mailed() {
    let usher = Endpoint::own(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Again").await;
    let guest = usher.address("guest");
    let mut hashes = Vec::new();
    for count in 1..=3 {
        let answer = usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
        assert_eq!(answer.row_statuses(), ["invited"]);
        hashes.push(usher.mail(&guest, count).await.hash());
    }
    for dead in &hashes[..2] {
        usher.registration_page(dead).await.expect(410);
    }
    usher.registration_page(&hashes[2]).await.expect(200);
}
