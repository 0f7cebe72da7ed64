//! Tests that managing invitations and members makes the store calls that docs/table.md lists.

use serde_json::{Value, json};
use tests::{Need, World, needs};

/// The AWS calls of a function since the counts were last reset.
async fn calls(world: &World, function: &str) -> Value {
    world.usher.calls().await[function].clone()
}

#[tokio::test]
async fn a_page_takes_the_same_few_calls_for_any_number_of_people() {
    let world = World::with(&[Need::Calls]).await;
    for (name, count) in [("few", 5), ("many", 800)] {
        let people: Vec<_> = (0..count).map(|number| world.usher.address(&format!("{name}{number:03}"))).collect();
        let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
        world.usher.invite(&world.ada.token, &world.workspace, &rows).await.expect(200);
        world.get(&world.ada.token, "invitations?limit=10").await.expect(200);
        world.usher.forget_calls().await;
        world.get(&world.ada.token, "invitations?limit=10").await.expect(200);
        let expected = json!({ "dynamodb:BatchGetItem": 2, "dynamodb:Query": 8 });
        assert_eq!(calls(&world, "list-invitations").await, expected, "{name}");
    }
}

#[tokio::test]
async fn one_invitation_and_one_member_cost_a_constant_number_of_calls() {
    needs(&[Need::Calls, Need::EventFunctions]);
    let world = World::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let bob = world.member("bob", "VIEWER").await;
    let user = world.user_id(&bob.email).await;
    let (_, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    // Each function reads the public key that verifies access tokens once, at its first request.
    let nobody = "00000000-0000-4000-8000-000000000000";
    world.status(&id).await;
    world.resend(&world.ada.token, "AAAAAAAAAAAA").await.expect(404);
    world.revoke(&world.ada.token, "AAAAAAAAAAAA").await.expect(404);
    world.change(&world.ada.token, nobody, "VIEWER").await.expect(404);
    world.remove(&world.ada.token, nobody).await.expect(404);
    world.get(&world.ada.token, "audit").await.expect(200);
    world.usher.wait_until_idle().await;
    world.usher.forget_calls().await;

    world.status(&id).await;
    world.resend(&world.ada.token, &id).await.expect(200);
    world.revoke(&world.ada.token, &id).await.expect(204);
    world.change(&world.ada.token, &user, "EDITOR").await.expect(200);
    world.remove(&world.ada.token, &user).await.expect(204);
    world.get(&world.ada.token, "audit").await.expect(200);
    let count = async |function| {
        let calls = calls(&world, function).await;
        calls.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>()
    };
    let counted = [
        ("get-invitation", 4),
        ("resend-invitation", 11),
        ("revoke-invitation", 4),
        ("change-member", 4),
        ("remove-member", 4),
        ("list-audit", 3),
    ];
    for (function, expected) in counted {
        assert_eq!(count(function).await, expected, "{function}: {}", calls(&world, function).await);
    }
}
