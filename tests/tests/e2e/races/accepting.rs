//! Tests of accepting an invitation while somebody revokes, resends, changes or declines the invitation, or while the
//! inviter loses the right to invite.

use serde_json::json;
use tests::{Account, Answer, HeldCall, Need, World, needs};

/// The transaction by which a person with an account accepts an invitation.
const ACCEPTANCE: HeldCall = HeldCall::write("accept-invitation");

/// The transaction by which a request invites people. The transaction before reserves the daily quota.
const INVITING: HeldCall = HeldCall::write_after("invite-users", 1);

/// The founder of another company, who is invited to the test's workspace. A person with an account accepts without the
/// hashing of a password.
struct Guest {
    account: Account,
    id: String,
    hash: String,
}

impl Guest {
    async fn of(world: &World, inviter: &str, name: &str) -> Self {
        let account = world.usher.founder(name).await;
        let (email, id) = world.invited(inviter, name, "EDITOR").await;
        let hash = world.usher.mail(&email, 2).await.hash();
        Self { account, id, hash }
    }

    async fn accept(&self, world: &World) -> Answer {
        world.usher.accept(&self.account.token, &self.hash).await
    }

    async fn invite_again(&self, world: &World, role: &str) -> Answer {
        world.usher.invite(&world.ada.token, &world.workspace, &[(&self.account.email, role)]).await
    }

    async fn decline(&self, world: &World) -> Answer {
        world.usher.post_open("/api/v1/invitations/decline", json!({ "hash": self.hash })).await
    }

    /// The guest's role in the workspace, and the status of the invitation.
    async fn end(&self, world: &World) -> (Option<String>, String) {
        (world.usher.role(&self.account.token, &world.workspace).await, world.status(&self.id).await)
    }

    async fn is_member(&self, world: &World) {
        assert_eq!(self.end(world).await, (Some("EDITOR".to_owned()), "ACCEPTED".to_owned()));
    }
}

#[tokio::test]
async fn an_acceptance_and_a_revocation_exclude_each_other() {
    let world = &World::with(&[Need::Calls]).await;
    let guest = Guest::of(world, &world.ada.token, "first").await;
    let revoke = world.revoke(&world.ada.token, &guest.id);
    let (accepted, revoked) =
        world.usher.overtake(guest.accept(world), revoke, HeldCall::write("revoke-invitation")).await;
    accepted.expect(200);
    revoked.problem(409, "already_accepted");
    guest.is_member(world).await;

    let guest = Guest::of(world, &world.ada.token, "second").await;
    let revoke = world.revoke(&world.ada.token, &guest.id);
    let (revoked, accepted) = world.usher.overtake(revoke, guest.accept(world), ACCEPTANCE).await;
    revoked.expect(204);
    accepted.problem(410, "invitation_gone");
    assert_eq!(guest.end(world).await, (None, "REVOKED".to_owned()));
}

#[tokio::test]
async fn of_two_acceptances_by_one_account_only_the_first_succeeds() {
    let world = &World::with(&[Need::Calls]).await;
    let guest = Guest::of(world, &world.ada.token, "guest").await;
    let (first, second) = world.usher.overtake(guest.accept(world), guest.accept(world), ACCEPTANCE).await;
    first.expect(200);
    second.problem(410, "invitation_gone");
    guest.is_member(world).await;
}

#[tokio::test]
async fn of_twenty_acceptances_by_one_account_exactly_one_succeeds() {
    let world = &World::start().await;
    let guest = &Guest::of(world, &world.ada.token, "guest").await;
    let answers = world.usher.together((0..20).map(|_| guest.accept(world)), ACCEPTANCE).await;
    let (succeeded, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(succeeded.len(), 1);
    for answer in refused {
        answer.problem(410, "invitation_gone");
    }
    guest.is_member(world).await;
}

#[tokio::test]
async fn an_acceptance_and_a_refusal_exclude_each_other() {
    let world = &World::with(&[Need::Calls]).await;
    let guest = Guest::of(world, &world.ada.token, "first").await;
    let declining = HeldCall::write("decline-invitation");
    let (accepted, declined) = world.usher.overtake(guest.accept(world), guest.decline(world), declining).await;
    accepted.expect(200);
    declined.problem(410, "invitation_gone");
    guest.is_member(world).await;

    let guest = Guest::of(world, &world.ada.token, "second").await;
    let (declined, accepted) = world.usher.overtake(guest.decline(world), guest.accept(world), ACCEPTANCE).await;
    declined.expect(204);
    accepted.problem(410, "invitation_gone");
    assert_eq!(guest.end(world).await, (None, "DECLINED".to_owned()));
}

#[tokio::test]
async fn an_accepted_invitation_is_not_resent_and_a_resent_one_is_accepted_by_its_new_link_only() {
    needs(&[Need::Calls]);
    let world = &World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let guest = Guest::of(world, &world.ada.token, "first").await;
    let resend = world.resend(&world.ada.token, &guest.id);
    // The first transaction of the request reserves the quota, and the second transaction writes the invitation.
    let resending = HeldCall::write_after("resend-invitation", 1);
    let (accepted, answer) = world.usher.overtake(guest.accept(world), resend, resending).await;
    accepted.expect(200);
    answer.problem(409, "already_accepted");
    guest.is_member(world).await;

    let guest = Guest::of(world, &world.ada.token, "second").await;
    let resend = world.resend(&world.ada.token, &guest.id);
    let (answer, accepted) = world.usher.overtake(resend, guest.accept(world), ACCEPTANCE).await;
    assert_eq!(answer.expect(200).json()["resentCount"], 1);
    accepted.problem(410, "invitation_gone");
    guest.accept(world).await.problem(410, "invitation_gone");
    let hash = world.usher.mail(&guest.account.email, 3).await.hash();
    world.usher.accept(&guest.account.token, &hash).await.expect(200);
    guest.is_member(world).await;
}

/// The guest accepts, and a request that was about to invite the guest again finds that the guest is a member.
async fn accepts_before_being_invited_again(world: &World) {
    let guest = Guest::of(world, &world.ada.token, "first").await;
    let invite = guest.invite_again(world, "VIEWER");
    let (accepted, invited) = world.usher.overtake(guest.accept(world), invite, INVITING).await;
    accepted.expect(200);
    assert_eq!(invited.expect(400).row_statuses(), ["alreadyMember"]);
    guest.is_member(world).await;
}

/// Invites a guest again while the guest accepts. Returns the guest, the answer to the inviting request, and the answer
/// to the accepting request.
async fn accepts_after_being_invited_again(world: &World) -> (Guest, Answer, Answer) {
    let guest = Guest::of(world, &world.ada.token, "second").await;
    let invite = guest.invite_again(world, "VIEWER");
    let (invited, accepted) = world.usher.overtake(invite, guest.accept(world), ACCEPTANCE).await;
    (guest, invited, accepted)
}

#[tokio::test]
async fn a_member_is_not_invited_again_and_a_new_invitation_replaces_the_link_that_is_being_used() {
    needs(&[Need::Calls]);
    let world = &World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    accepts_before_being_invited_again(world).await;

    let (guest, invited, accepted) = accepts_after_being_invited_again(world).await;
    assert_eq!(invited.expect(200).row_statuses(), ["invited"]);
    accepted.problem(410, "invitation_gone");
    let hash = world.usher.mail(&guest.account.email, 3).await.hash();
    world.usher.accept(&guest.account.token, &hash).await.expect(200);
    assert_eq!(guest.end(world).await, (Some("VIEWER".to_owned()), "ACCEPTED".to_owned()));
}

#[tokio::test]
async fn a_person_who_accepts_while_the_role_is_changed_gets_the_role_of_the_earlier_write() {
    // Within the cooldown an invitation keeps its link, and takes the role of the newer request.
    let world = &World::with(&[Need::Calls]).await;
    accepts_before_being_invited_again(world).await;

    let (guest, invited, accepted) = accepts_after_being_invited_again(world).await;
    assert_eq!(invited.expect(200).row_statuses(), ["alreadyInvited"]);
    assert_eq!(accepted.expect(200).json()["role"], "VIEWER");
    assert_eq!(guest.end(world).await, (Some("VIEWER".to_owned()), "ACCEPTED".to_owned()));
}

/// The two ways in which an inviter loses the right to invite.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Demotion,
    Removal,
}

impl Loss {
    async fn happen(self, world: &World, user: &str) {
        match self {
            Self::Demotion => world.change(&world.ada.token, user, "VIEWER").await.expect(200),
            Self::Removal => world.remove(&world.ada.token, user).await.expect(204),
        };
    }

    fn write(self) -> HeldCall {
        HeldCall::write(match self {
            Self::Demotion => "change-member",
            Self::Removal => "remove-member",
        })
    }
}

#[tokio::test]
async fn nobody_joins_by_an_inviter_who_may_invite_no_more() {
    for loss in [Loss::Demotion, Loss::Removal] {
        let world = &World::with(&[Need::Calls]).await;
        let inviter = world.member("first-inviter", "CREATOR").await;
        let user = world.user_id(&inviter.email).await;
        let guest = Guest::of(world, &inviter.token, "first").await;
        let (accepted, ()) = world.usher.overtake(guest.accept(world), loss.happen(world, &user), loss.write()).await;
        accepted.expect(200);
        guest.is_member(world).await;

        let inviter = world.member("second-inviter", "CREATOR").await;
        let user = world.user_id(&inviter.email).await;
        let guest = Guest::of(world, &inviter.token, "second").await;
        // The accepting request stops before it reads the hash's item, and so before it reads whether the inviter still
        // has the right to invite.
        let before_reading = HeldCall::before("accept-invitation", "dynamodb:GetItem");
        let ((), accepted) = world.usher.overtake(loss.happen(world, &user), guest.accept(world), before_reading).await;
        accepted.problem(410, "invitation_gone");
        assert_eq!(guest.end(world).await, (None, "PENDING".to_owned()), "{loss:?}");
        // The invitation's link stays dead until another user becomes the inviter.
        guest.accept(world).await.problem(410, "invitation_gone");

        let inviter = world.member("third-inviter", "CREATOR").await;
        let user = world.user_id(&inviter.email).await;
        let guest = Guest::of(world, &inviter.token, "third").await;
        // The acceptance's transaction doesn't check the inviter's right again, so an acceptance that has read the
        // right counts as earlier than the loss of the right.
        let ((), accepted) = world.usher.overtake(loss.happen(world, &user), guest.accept(world), ACCEPTANCE).await;
        accepted.expect(200);
        guest.is_member(world).await;
    }
}
