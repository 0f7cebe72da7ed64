//! What managing costs, as the documentation of the table says: calls of the store.

use serde_json::{Value, json};
use tests::Place;

/// What a function called since the calls were forgotten, and how often.
async fn calls(place: &Place, function: &str) -> Value {
    place.usher.calls().await[function].clone()
}

#[tokio::test]
async fn a_page_costs_the_same_few_calls_however_many_people_there_are() {
    let place = Place::with(&[]).await;
    for (name, count) in [("few", 5), ("many", 800)] {
        let people: Vec<_> = (0..count).map(|number| place.usher.address(&format!("{name}{number:03}"))).collect();
        let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
        place.usher.invite(&place.ada.token, &place.workspace, &rows).await.expect(200);
        place.get(&place.ada.token, "invitations?limit=10").await.expect(200);
        place.usher.forget_calls().await;
        place.get(&place.ada.token, "invitations?limit=10").await.expect(200);
        let expected = json!({ "dynamodb:BatchGetItem": 2, "dynamodb:Query": 8 });
        assert_eq!(calls(&place, "list-invitations").await, expected, "{name}");
    }
}

#[tokio::test]
async fn one_invitation_and_one_member_cost_a_constant_number_of_calls() {
    let place = Place::with(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let bob = place.member("bob", "VIEWER").await;
    let user = place.user_id(&bob.email).await;
    let (_, id) = place.invited(&place.ada.token, "grace", "VIEWER").await;
    // Each function reads the key of the access token once.
    let nobody = "00000000-0000-4000-8000-000000000000";
    place.status(&id).await;
    place.resend(&place.ada.token, "AAAAAAAAAAAA").await.expect(404);
    place.revoke(&place.ada.token, "AAAAAAAAAAAA").await.expect(404);
    place.change(&place.ada.token, nobody, "VIEWER").await.expect(404);
    place.remove(&place.ada.token, nobody).await.expect(404);
    place.get(&place.ada.token, "audit").await.expect(200);
    place.usher.wait_until_idle().await;
    place.usher.forget_calls().await;

    place.status(&id).await;
    place.resend(&place.ada.token, &id).await.expect(200);
    place.revoke(&place.ada.token, &id).await.expect(204);
    place.change(&place.ada.token, &user, "EDITOR").await.expect(200);
    place.remove(&place.ada.token, &user).await.expect(204);
    place.get(&place.ada.token, "audit").await.expect(200);
    let count = async |function| {
        let calls = calls(&place, function).await;
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
        assert_eq!(count(function).await, expected, "{function}: {}", calls(&place, function).await);
    }
}
