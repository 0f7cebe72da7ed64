//! Revoking an invitation.

use tests::Place;

#[tokio::test]
async fn a_revoked_invitation_is_dead_and_revoking_it_again_changes_nothing() {
    let place = Place::with(&[]).await;
    let (email, id) = place.invited(&place.ada.token, "grace", "EDITOR").await;
    let hash = place.usher.mail(&email, 1).await.hash();
    for _ in 0..2 {
        assert_eq!(place.revoke(&place.ada.token, &id).await.expect(204).text, "");
        assert_eq!(place.status(&id).await, "REVOKED");
    }
    place.usher.page(&hash).await.expect(410);
    place.usher.join(&email, &hash).await.refused(400, "INVITATION_GONE");
    // Invited again it is alive, with another link.
    place.invited(&place.ada.token, "grace", "VIEWER").await;
    assert_eq!(place.status(&id).await, "PENDING");
    place.usher.join(&email, &hash).await.refused(400, "INVITATION_GONE");
    let hash = place.usher.mail(&email, 2).await.hash();
    place.usher.join(&email, &hash).await.expect(200);
}

#[tokio::test]
async fn what_was_accepted_is_not_revoked() {
    let place = Place::with(&[]).await;
    let (email, id) = place.invited(&place.ada.token, "grace", "EDITOR").await;
    let hash = place.usher.mail(&email, 1).await.hash();
    place.usher.join(&email, &hash).await.expect(200);
    place.revoke(&place.ada.token, &id).await.problem(409, "already_accepted");
    assert_eq!(place.status(&id).await, "ACCEPTED");
    let token = place.usher.token(&email).await;
    assert_eq!(place.usher.role(&token, &place.workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn what_has_expired_stays_expired() {
    let place = Place::with(&[("INVITATION_TTL_SECONDS", "100")]).await;
    let (_, id) = place.invited(&place.ada.token, "grace", "EDITOR").await;
    place.usher.advance(100).await;
    place.revoke(&place.ada.token, &id).await.expect(204);
    assert_eq!(place.status(&id).await, "EXPIRED");
}

#[tokio::test]
async fn an_admin_revokes_any_and_others_their_own() {
    let place = Place::with(&[]).await;
    let carl = place.member("carl", "CREATOR").await;
    let (_, adas) = place.invited(&place.ada.token, "grace", "VIEWER").await;
    let (_, carls) = place.invited(&carl.token, "henry", "VIEWER").await;
    let (_, other) = place.invited(&carl.token, "irene", "VIEWER").await;
    place.revoke(&carl.token, &adas).await.problem(403, "forbidden");
    place.revoke(&carl.token, &carls).await.expect(204);
    place.revoke(&place.ada.token, &other).await.expect(204);
    assert_eq!(place.status(&adas).await, "PENDING");
}
