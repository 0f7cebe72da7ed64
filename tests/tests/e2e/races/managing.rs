//! Managing at the same time as accepting, and as each other. Each ends in one of the ends there are.

use std::time::Duration;

use futures::future::{join, join_all};
use serde_json::json;
use tests::{Answer, Founder, Place};

/// How often each race is run: who comes first is chance.
const RUNS: u64 = 6;

/// Founders of other companies, invited to the workspace: what they accept with takes no time to hash.
async fn invited(place: &Place) -> Vec<(Founder, String, String)> {
    let mut guests = Vec::new();
    for number in 0..RUNS {
        let guest = place.usher.founder(&format!("guest{number}")).await;
        let (email, id) = place.invited(&place.ada.token, &format!("guest{number}"), "EDITOR").await;
        let hash = place.usher.mail(&email, 2).await.hash();
        guests.push((guest, id, hash));
    }
    guests
}

/// Begins a little later in each run, so that the other comes before, at and after the same moment.
async fn later<T>(run: u64, what: impl Future<Output = T>) -> T {
    tokio::time::sleep(Duration::from_millis(run * 2)).await;
    what.await
}

#[tokio::test]
async fn an_acceptance_against_a_revocation_ends_in_one_of_the_two() {
    let place = Place::with(&[]).await;
    let guests = invited(&place).await;
    let races = guests.iter().zip(0..).map(|((guest, id, hash), run)| {
        let place = &place;
        join(later(run, place.usher.accept(&guest.token, hash)), later(RUNS - run, place.revoke(&place.ada.token, id)))
    });
    for ((guest, id, _), (accepted, revoked)) in guests.iter().zip(join_all(races).await) {
        let role = place.usher.role(&guest.token, &place.workspace).await;
        if accepted.status == 200 {
            revoked.problem(409, "already_accepted");
            assert_eq!((role.as_deref(), place.status(id).await.as_str()), (Some("EDITOR"), "ACCEPTED"));
        } else {
            accepted.problem(410, "invitation_gone");
            revoked.expect(204);
            assert_eq!((role, place.status(id).await.as_str()), (None, "REVOKED"));
        }
    }
}

#[tokio::test]
async fn an_acceptance_against_a_resending_ends_in_one_of_the_two() {
    let place = Place::with(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let guests = invited(&place).await;
    let races = guests.iter().zip(0..).map(|((guest, id, hash), run)| {
        let place = &place;
        join(later(run, place.usher.accept(&guest.token, hash)), later(RUNS - run, place.resend(&place.ada.token, id)))
    });
    for ((guest, id, hash), (accepted, resent)) in guests.iter().zip(join_all(races).await) {
        if accepted.status == 200 {
            resent.problem(409, "already_accepted");
            assert_eq!(place.status(id).await, "ACCEPTED");
        } else {
            accepted.problem(410, "invitation_gone");
            assert_eq!(resent.expect(200).json()["resentCount"], 1);
            place.usher.accept(&guest.token, hash).await.problem(410, "invitation_gone");
            let hash = place.usher.mail(&guest.email, 3).await.hash();
            place.usher.accept(&guest.token, &hash).await.expect(200);
        }
        assert_eq!(place.usher.role(&guest.token, &place.workspace).await.as_deref(), Some("EDITOR"));
    }
}

#[tokio::test]
async fn of_two_admins_who_remove_each_other_one_stays() {
    let place = Place::with(&[]).await;
    // Neither is the company's admin, who could do anything however it ends.
    let (bob, carl) = (place.member("bob", "ADMIN").await, place.member("carl", "ADMIN").await);
    let (bobs, carls) = (place.user_id(&bob.email).await, place.user_id(&carl.email).await);
    let ada = place.user_id(&place.ada.email).await;
    place.remove(&bob.token, &ada).await.expect(204);
    let (by_bob, by_carl) = join(place.remove(&bob.token, &carls), place.remove(&carl.token, &bobs)).await;
    let won = |answer: &Answer| answer.status == 204;
    assert!(won(&by_bob) != won(&by_carl), "{} {}", by_bob.text, by_carl.text);
    let (winner, loser) = if won(&by_bob) { (bob, by_carl) } else { (carl, by_bob) };
    // Whoever lost was stopped by the count of ADMINs, or was no member any more when they were judged.
    assert!([404, 409].contains(&loser.status.as_u16()), "{}", loser.text);
    let members = place.usher.walk(&place.path("members"), &place.ada.token, 100).await;
    assert_eq!(members.len(), 1, "{members:?}");
    assert_eq!((&members[0]["email"], &members[0]["role"]), (&json!(winner.email), &json!("ADMIN")));
    place.remove(&winner.token, members[0]["userId"].as_str().unwrap()).await.problem(409, "last_admin");
}

#[tokio::test]
async fn of_many_admins_who_all_leave_or_step_down_at_once_one_is_left() {
    let place = Place::with(&[]).await;
    let mut admins = vec![place.ada.clone()];
    for name in ["bob", "carl", "dora", "eve"] {
        admins.push(place.member(name, "ADMIN").await);
    }
    let mut users = Vec::new();
    for admin in &admins {
        users.push(place.user_id(&admin.email).await);
    }
    let ends = admins.iter().zip(&users).enumerate().map(|(number, (admin, user))| {
        let place = &place;
        async move {
            match number % 2 {
                0 => place.remove(&admin.token, user).await,
                _ => place.change(&admin.token, user, "VIEWER").await,
            }
        }
    });
    let answers = join_all(ends).await;
    let refused: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
    assert_eq!(refused.len(), 1, "{answers:?}");
    assert_eq!(refused[0].json()["code"], "last_admin");
    let members = place.usher.walk(&place.path("members"), &place.ada.token, 100).await;
    assert_eq!(members.iter().filter(|member| member["role"] == "ADMIN").count(), 1, "{members:?}");
}

#[tokio::test]
async fn an_acceptance_against_a_demotion_of_the_inviter_ends_in_one_of_the_two() {
    let place = Place::with(&[]).await;
    for run in 0..RUNS {
        let inviter = place.member(&format!("inviter{run}"), "CREATOR").await;
        let user = place.user_id(&inviter.email).await;
        let guest = place.usher.founder(&format!("guest{run}")).await;
        let (email, id) = place.invited(&inviter.token, &format!("guest{run}"), "EDITOR").await;
        let hash = place.usher.mail(&email, 2).await.hash();
        let (accepted, demoted) = join(
            later(run, place.usher.accept(&guest.token, &hash)),
            later(RUNS - run, place.change(&place.ada.token, &user, "VIEWER")),
        )
        .await;
        demoted.expect(200);
        let role = place.usher.role(&guest.token, &place.workspace).await;
        if accepted.status == 200 {
            assert_eq!((role.as_deref(), place.status(&id).await.as_str()), (Some("EDITOR"), "ACCEPTED"));
        } else {
            accepted.problem(410, "invitation_gone");
            assert_eq!((role, place.status(&id).await.as_str()), (None, "PENDING"));
            // Nobody gets in by it until somebody else answers for it.
            place.usher.accept(&guest.token, &hash).await.problem(410, "invitation_gone");
        }
    }
}
