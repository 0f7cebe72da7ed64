//! Tests of revoking an invitation.

use tests::World;

#[tokio::test]
async fn a_revoked_invitation_is_dead_and_revoking_it_again_changes_nothing() {
    let world = World::start().await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    let hash = world.usher.mail(&email, 1).await.hash();
    for _ in 0..2 {
        assert_eq!(world.revoke(&world.ada.token, &id).await.expect(204).text, "");
        assert_eq!(world.status(&id).await, "REVOKED");
    }
    world.usher.registration_page(&hash).await.expect(410);
    world.usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
    // Inviting the person again makes the revoked invitation pending again, with another link.
    world.invited(&world.ada.token, "grace", "VIEWER").await;
    assert_eq!(world.status(&id).await, "PENDING");
    world.usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
    let hash = world.usher.mail(&email, 2).await.hash();
    world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
}

#[tokio::test]
async fn an_accepted_invitation_is_not_revoked() {
    let world = World::start().await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    let hash = world.usher.mail(&email, 1).await.hash();
    world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
    world.revoke(&world.ada.token, &id).await.problem(409, "already_accepted");
    assert_eq!(world.status(&id).await, "ACCEPTED");
    let token = world.usher.token(&email).await;
    assert_eq!(world.usher.role(&token, &world.workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn an_expired_invitation_stays_expired() {
    let world = World::new(&[("INVITATION_TTL_SECONDS", "100")]).await;
    let (_, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.usher.advance(100).await;
    world.revoke(&world.ada.token, &id).await.expect(204);
    assert_eq!(world.status(&id).await, "EXPIRED");
}

#[tokio::test]
async fn an_admin_revokes_any_invitation_and_others_only_their_own() {
    let world = World::start().await;
    let carl = world.member("carl", "CREATOR").await;
    let (_, adas) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    let (_, carls) = world.invited(&carl.token, "henry", "VIEWER").await;
    let (_, other) = world.invited(&carl.token, "irene", "VIEWER").await;
    world.revoke(&carl.token, &adas).await.problem(403, "forbidden");
    world.revoke(&carl.token, &carls).await.expect(204);
    world.revoke(&world.ada.token, &other).await.expect(204);
    assert_eq!(world.status(&adas).await, "PENDING");
}
