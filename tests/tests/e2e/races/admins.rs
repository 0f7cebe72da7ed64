//! Tests of changing and removing members at the same time: a workspace keeps an ADMIN, and the last change of a role
//! stands.

use serde_json::json;
use tests::{Account, Answer, HeldCall, Need, World};

/// A workspace of which bob and carl are the only ADMINs. Neither is a company admin, who would have all rights anyway.
struct TwoAdmins {
    world: World,
    admins: [Account; 2],
    users: [String; 2],
}

impl TwoAdmins {
    async fn new() -> Self {
        let world = World::with(&[Need::Calls]).await;
        let admins = [world.member("bob", "ADMIN").await, world.member("carl", "ADMIN").await];
        let users = [world.user_id(&admins[0].email).await, world.user_id(&admins[1].email).await];
        let ada = world.user_id(&world.ada.email).await;
        world.remove(&admins[0].token, &ada).await.expect(204);
        Self { world, admins, users }
    }

    /// Checks that the given person of the two is the only ADMIN now, and so cannot leave.
    async fn only_admin_is(&self, winner: usize) {
        let members = self.world.usher.all_pages(&self.world.path("members"), &self.world.ada.token, 100).await;
        let admins: Vec<_> = members.iter().filter(|member| member["role"] == "ADMIN").collect();
        assert_eq!(admins.len(), 1, "{members:?}");
        assert_eq!(admins[0]["email"], json!(self.admins[winner].email));
        let leave = self.world.remove(&self.admins[winner].token, &self.users[winner]).await;
        leave.problem(409, "last_admin");
    }
}

/// Checks that the losing request was refused: its caller is no member any more, or the workspace would lose its last
/// ADMIN.
fn is_refused(loser: &Answer) {
    assert!([404, 409].contains(&loser.status.as_u16()), "{}", loser.text);
}

#[tokio::test]
async fn of_two_admins_who_remove_each_other_one_stays() {
    for (winner, loser) in [(0, 1), (1, 0)] {
        let TwoAdmins { world, admins, users } = &TwoAdmins::new().await;
        let remove = |by: usize| world.remove(&admins[by].token, &users[1 - by]);
        let (won, lost) = world.usher.overtake(remove(winner), remove(loser), HeldCall::write("remove-member")).await;
        won.expect(204);
        is_refused(&lost);
        let members = world.usher.all_pages(&world.path("members"), &world.ada.token, 100).await;
        assert_eq!(members.len(), 1, "{members:?}");
        world.remove(&admins[winner].token, &users[winner]).await.problem(409, "last_admin");
    }
}

/// The request reads the person before the number of ADMINs. Between the two reads, the other request removes the
/// person.
#[tokio::test]
async fn a_removal_that_the_same_removal_overtakes_is_a_success() {
    let TwoAdmins { world, admins, .. } = &TwoAdmins::new().await;
    let (usher, token) = (&world.usher, &world.ada.token);
    let workspace = usher.short_id(token, &world.workspace).await;
    let bob = usher.workspace_user(token, &workspace, &admins[0].email).await["id"].clone();
    let path = format!("/v1/workspace-users/{}", bob.as_str().unwrap());
    // The function reads the public key that verifies access tokens at its first request only.
    usher.send("DELETE", "/v1/workspace-users/nobodyatall1", Some(token), None).await.expect(404);
    let read = HeldCall::after("remove-member", "dynamodb:GetItem").past(1);
    let remove = || usher.send("DELETE", &path, Some(token), None);
    let (won, lost) = usher.overtake(remove(), remove(), read).await;
    won.expect(200);
    lost.expect(200);
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_one_stays() {
    for (winner, loser) in [(0, 1), (1, 0)] {
        let two = &TwoAdmins::new().await;
        let demote = |by: usize| two.world.change(&two.admins[by].token, &two.users[1 - by], "VIEWER");
        let (won, lost) =
            two.world.usher.overtake(demote(winner), demote(loser), HeldCall::write("change-member")).await;
        won.expect(200);
        is_refused(&lost);
        two.only_admin_is(winner).await;
    }
}

#[tokio::test]
async fn an_admin_who_leaves_while_the_only_other_one_steps_down_stays_or_is_the_last() {
    let two = &TwoAdmins::new().await;
    let (world, admins, users) = (&two.world, &two.admins, &two.users);
    let leave = world.remove(&admins[0].token, &users[0]);
    let step_down = world.change(&admins[1].token, &users[1], "VIEWER");
    let (left, stepped_down) = world.usher.overtake(leave, step_down, HeldCall::write("change-member")).await;
    left.expect(204);
    stepped_down.problem(409, "last_admin");
    two.only_admin_is(1).await;

    let two = &TwoAdmins::new().await;
    let (world, admins, users) = (&two.world, &two.admins, &two.users);
    let leave = world.remove(&admins[0].token, &users[0]);
    let step_down = world.change(&admins[1].token, &users[1], "VIEWER");
    let (stepped_down, left) = world.usher.overtake(step_down, leave, HeldCall::write("remove-member")).await;
    stepped_down.expect(200);
    left.problem(409, "last_admin");
    two.only_admin_is(0).await;
}

#[tokio::test]
async fn of_many_admins_who_all_leave_or_all_step_down_one_is_left() {
    for leaving in [true, false] {
        let world = &World::start().await;
        let mut admins = vec![world.ada.clone()];
        for name in ["bob", "carl", "dora", "eve"] {
            admins.push(world.member(name, "ADMIN").await);
        }
        let mut users = Vec::new();
        for admin in &admins {
            users.push(world.user_id(&admin.email).await);
        }
        let requests = admins.iter().zip(&users).map(async |(admin, user)| {
            if leaving {
                world.remove(&admin.token, user).await
            } else {
                world.change(&admin.token, user, "VIEWER").await
            }
        });
        let write = HeldCall::write(if leaving { "remove-member" } else { "change-member" });
        let answers = world.usher.together(requests, write).await;
        let refused: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
        assert_eq!(refused.len(), 1, "{answers:?}");
        assert_eq!(refused[0].json()["code"], "last_admin");
        let members = world.usher.all_pages(&world.path("members"), &world.ada.token, 100).await;
        assert_eq!(members.iter().filter(|member| member["role"] == "ADMIN").count(), 1, "{members:?}");
    }
}

#[tokio::test]
async fn of_two_changes_of_a_role_the_later_one_stands() {
    let world = &World::with(&[Need::Calls]).await;
    let carl = world.member("carl", "ADMIN").await;
    for (number, (earlier, later)) in [("CREATOR", "VIEWER"), ("VIEWER", "CREATOR")].into_iter().enumerate() {
        let bob = world.member(&format!("bob{number}"), "EDITOR").await;
        let user = world.user_id(&bob.email).await;
        let first = world.change(&world.ada.token, &user, earlier);
        let second = world.change(&carl.token, &user, later);
        let (first, second) = world.usher.overtake(first, second, HeldCall::write("change-member")).await;
        first.expect(200);
        second.expect(200);
        assert_eq!(world.usher.role(&bob.token, &world.workspace).await.as_deref(), Some(later));
    }
}

#[tokio::test]
async fn a_removed_member_gets_no_role_and_a_member_with_a_new_role_is_removed() {
    let world = &World::with(&[Need::Calls]).await;
    let bob = world.member("bob", "EDITOR").await;
    let user = world.user_id(&bob.email).await;
    let remove = world.remove(&world.ada.token, &user);
    let change = world.change(&world.ada.token, &user, "ADMIN");
    let (removed, changed) = world.usher.overtake(remove, change, HeldCall::write("change-member")).await;
    removed.expect(204);
    changed.expect(404);
    assert_eq!(world.usher.role(&bob.token, &world.workspace).await, None);

    let dora = world.member("dora", "EDITOR").await;
    let user = world.user_id(&dora.email).await;
    let remove = world.remove(&world.ada.token, &user);
    let change = world.change(&world.ada.token, &user, "ADMIN");
    let (changed, removed) = world.usher.overtake(change, remove, HeldCall::write("remove-member")).await;
    changed.expect(200);
    removed.expect(204);
    assert_eq!(world.usher.role(&dora.token, &world.workspace).await, None);
    // The stored number of ADMINs is right: ada is the last ADMIN.
    let ada = world.user_id(&world.ada.email).await;
    world.remove(&world.ada.token, &ada).await.problem(409, "last_admin");
}
