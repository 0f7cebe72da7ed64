//! Tests of invitations that can't be accepted any more, because the invitation has expired or the inviter has lost the
//! right to invite.

use serde_json::json;
use tests::Endpoint;

/// How long the invitations of these tests are valid, in seconds. Access tokens are valid for longer.
const TTL: i64 = 1_800;

async fn endpoint() -> Endpoint {
    Endpoint::own(&[("INVITATION_TTL_SECONDS", "1800"), ("ACCESS_TOKEN_TTL_SECONDS", "86400")]).await
}

#[tokio::test]
async fn an_invitation_is_open_until_its_last_moment_and_not_after() {
    let usher = endpoint().await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let workspace = usher.workspace(&ada.token, "In time").await;
    let [early, late] = ["early", "late"].map(|name| usher.address(name));
    let rows = [early.as_str(), &late, &eve.email].map(|email| (email, "EDITOR"));
    usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    let early_hash = usher.mail(&early, 1).await.hash();
    let late_hash = usher.mail(&late, 1).await.hash();
    let eve_hash = usher.mail(&eve.email, 2).await.hash();

    // The test itself takes less than the half minute until the invitations expire.
    usher.advance(TTL - 30).await;
    usher.registration_page(&late_hash).await.expect(200);
    usher.sign_up_by_invitation(&early, &early_hash).await.expect(200);
    // The clock continues to run, so this is the first moment after the end, or a little later.
    usher.advance(30).await;
    usher.registration_page(&late_hash).await.expect(410);
    usher.sign_up_by_invitation(&late, &late_hash).await.expect(400);
    usher.accept(&eve.token, &eve_hash).await.expect(410);

    assert_eq!(usher.role(&eve.token, &workspace).await, None);
    let team = usher.team(&ada.token).await;
    assert_eq!(team.get(&early).map(String::as_str), Some("ACTIVE"));
    assert!(!team.contains_key(&late), "who is too late isn't listed: {team:?}");
}

#[tokio::test]
async fn every_use_of_an_invitation_ends_at_the_same_moment() {
    let parameters = [
        ("INVITATION_TTL_SECONDS", "1800"),
        ("ACCESS_TOKEN_TTL_SECONDS", "86400"),
        ("RESEND_COOLDOWN_SECONDS", "3600"),
    ];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let [eve, fay] = [usher.founder("eve").await, usher.founder("fay").await];
    let workspace = usher.workspace(&ada.token, "To the millisecond").await;
    let guests = ["joins", "declines", "amended", "late"].map(|name| usher.address(name));
    let [joins, declines, amended, late] = guests.each_ref().map(String::as_str);
    let rows = [joins, declines, amended, late, &eve.email, &fay.email].map(|email| (email, "EDITOR"));
    usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    let hash = async |email: &str, count: usize| usher.mail(email, count).await.hash();
    let (join, decline, dead) = (hash(joins, 1).await, hash(declines, 1).await, hash(late, 1).await);
    let (of_eve, of_fay) = (hash(&eve.email, 2).await, hash(&fay.email, 2).await);
    usher.wait_until_idle().await;
    let act = async |action: &str, hash: &str| {
        usher.post_open(&format!("/api/v1/invitations/{action}"), json!({ "hash": hash })).await.status.as_u16()
    };
    let shown = usher.post_open("/api/v1/invitations/preview", json!({ "hash": dead })).await.expect(200).json();
    let expires_at: jiff::Timestamp = serde_json::from_value(shown["expiresAt"].clone()).unwrap();

    usher.stop_clock(expires_at - jiff::SignedDuration::from_millis(1)).await;
    assert_eq!(act("preview", &dead).await, 200);
    usher.registration_page(&dead).await.expect(200);
    usher.sign_up_by_invitation(joins, &join).await.expect(200);
    usher.accept(&eve.token, &of_eve).await.expect(200);
    assert_eq!(act("decline", &decline).await, 204);
    let answer = usher.invite(&ada.token, &workspace, &[(amended, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["alreadyInvited"]);

    usher.stop_clock(expires_at).await;
    assert_eq!(act("preview", &dead).await, 410);
    usher.registration_page(&dead).await.expect(410);
    usher.sign_up_by_invitation(late, &dead).await.expect(400);
    usher.accept(&fay.token, &of_fay).await.expect(410);
    assert_eq!(act("decline", &dead).await, 410);
    let path = format!("/api/v1/workspaces/{workspace}/invitations?status=EXPIRED");
    let listed = usher.get(&path, &ada.token).await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    let answer = usher.invite(&ada.token, &workspace, &[(amended, "VIEWER"), (late, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"; 2]);
}

#[tokio::test]
async fn a_person_whose_invitation_expired_is_invited_again() {
    let usher = endpoint().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Once more").await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
    let old = usher.mail(&guest, 1).await.hash();
    usher.advance(TTL).await;
    let answer = usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    let new = usher.mail(&guest, 2).await.hash();
    assert_ne!(new, old);
    usher.registration_page(&old).await.expect(410);
    usher.sign_up_by_invitation(&guest, &new).await.expect(200);
    let token = usher.token(&guest).await;
    assert_eq!(usher.role(&token, &workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn an_expired_invitation_is_resent_within_the_cooldown() {
    let usher = Endpoint::own(&[("INVITATION_TTL_SECONDS", "60"), ("RESEND_COOLDOWN_SECONDS", "3000")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Once more").await;
    let carl = usher.address("carl");
    usher.invite(&ada.token, &workspace, &[(&carl, "CREATOR")]).await.expect(200);
    usher.sign_up_by_invitation(&carl, &usher.mail(&carl, 1).await.hash()).await.expect(200);
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "ADMIN")]).await.expect(200);
    usher.mail(&guest, 1).await;
    usher.advance(60).await;
    // An expired invitation limits nobody: a person who may not give its role may still invite anew.
    let answer = usher.invite(&usher.token(&carl).await, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    let hash = usher.mail(&guest, 2).await.hash();
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 2);
}

#[tokio::test]
async fn nobody_is_let_in_by_an_inviter_who_is_gone() {
    let usher = endpoint().await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let workspace = usher.workspace(&ada.token, "Robots").await;
    let body = json!({ "name": "robot", "role": "USER" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
    let (address, token) = (robot["email"].as_str().unwrap(), robot["token"].as_str().unwrap());
    usher.invite(&ada.token, &workspace, &[(address, "ADMIN")]).await.expect(200);
    let guest = usher.address("guest");
    usher.invite(token, &workspace, &[(&guest, "EDITOR"), (&eve.email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    let eve_hash = usher.mail(&eve.email, 2).await.hash();

    let path = format!("/idp/api/v1/company/serviceAccount/{}", robot["id"].as_str().unwrap());
    usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
    usher.sign_up_by_invitation(&guest, &hash).await.expect(400);
    usher.accept(&eve.token, &eve_hash).await.expect(410);
    let body = json!({ "email": guest, "password": tests::PASSWORD });
    usher.post_open("/idp/api/v1/user/token", body).await.expect(401);
    assert_eq!(usher.role(&eve.token, &workspace).await, None);

    // The user who invites the person next becomes the inviter. Within the cooldown the invitation keeps its link.
    let rows = [(guest.as_str(), "EDITOR"), (eve.email.as_str(), "VIEWER")];
    let answer = usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    assert_eq!(answer.row_statuses(), ["alreadyInvited"; 2]);
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    usher.accept(&eve.token, &eve_hash).await.expect(200);
    assert_eq!(usher.role(&eve.token, &workspace).await.as_deref(), Some("VIEWER"));
}
