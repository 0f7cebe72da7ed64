//! Tests of `validateOnly`: the answer is the same as without it, and nothing is written or mailed.

use serde_json::{Value, json};
use tests::Endpoint;

/// The given body of a request with the field `validateOnly` added.
fn validating(mut body: Value) -> Value {
    body["validateOnly"] = json!(true);
    body
}

#[tokio::test]
async fn validating_shows_each_rows_result_and_writes_nothing() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "12"), ("MAX_USERS_PER_REQUEST", "12")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Tried out").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let other = usher.workspace(&ada.token, "Another").await;
    let colleague = usher.member(&ada.token, &other, "colleague", "VIEWER").await;
    let [above, old, fresh, new, later, last] =
        ["above", "old", "fresh", "new", "later", "last"].map(|name| usher.address(name));
    let filler: Vec<_> = (0..5).map(|n| usher.address(&format!("filler{n}"))).collect();
    let mut people = vec![(above.as_str(), "ADMIN"), (old.as_str(), "VIEWER")];
    people.extend(filler.iter().map(|email| (email.as_str(), "VIEWER")));
    usher.invite(&ada.token, &workspace, &people).await.expect(200);
    usher.advance(120).await;
    usher.invite(&ada.token, &workspace, &[(&fresh, "VIEWER")]).await.expect(200);
    usher.mail(&fresh, 1).await;
    // The requests so far have used nine of the twelve invitations of the daily quota, so three are left.
    let row = |email: &str, role: &str| json!({ "email": email, "role": role });
    let body = json!({ "users": [
        row(&new, "VIEWER"), row("nobody", "VIEWER"), row(&new.to_uppercase(), "EDITOR"), row(&carl.email, "VIEWER"),
        row(&later, "ADMIN"), row(&above, "VIEWER"), row(&fresh, "EDITOR"), row(&old, "EDITOR"),
        row(&colleague.email, "VIEWER"), row(&last, "VIEWER"),
    ] });
    let statuses = [
        "invited",
        "invalid",
        "duplicate",
        "alreadyMember",
        "forbidden",
        "forbidden",
        "alreadyInvited",
        "invited",
        "added",
        "limited",
    ];
    let seen = async || (usher.team(&ada.token).await, usher.recipients().await.len());
    let before = seen().await;
    usher.forget_calls().await;
    let first = usher.post_invitations(&carl.token, &workspace, validating(body.clone())).await.expect(200);
    assert_eq!(first.row_statuses(), statuses);
    let calls = usher.calls().await["invite-users"].clone();
    for written in ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"] {
        assert!(calls[format!("dynamodb:{written}")].is_null(), "{calls}");
    }
    usher.mail_all().await;
    assert_eq!(seen().await, before);
    // After the end of the lease and the cooldown, the people would be invited anew, and the dry run says so.
    let again = usher.post_invitations(&carl.token, &workspace, validating(body.clone())).await.expect(200);
    assert_eq!(again.row_statuses()[6..], ["invited", "invited", "limited", "limited"]);
    let done = usher.post_invitations(&carl.token, &workspace, body).await.expect(200);
    assert_eq!(done.text, again.text);
}

#[tokio::test]
async fn validating_refuses_a_request_in_the_same_way() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Tried out").await;
    let body = json!({ "users": [{ "email": ada.email, "role": "VIEWER" }] });
    let refused = usher.post_invitations(&ada.token, &workspace, validating(body)).await;
    refused.problem_of_rows(409, "already_member", &["alreadyMember"]);
    let body = json!({ "users": [{ "email": usher.address("guest"), "role": "VIEWER" }], "validateOnly": "yes" });
    usher.post_invitations(&ada.token, &workspace, body).await.problem(400, "invalid_field");
    let eve = usher.member(&ada.token, &workspace, "eve", "EDITOR").await;
    let body = json!({ "users": [{ "email": usher.address("guest"), "role": "VIEWER" }] });
    usher.post_invitations(&eve.token, &workspace, validating(body)).await.problem(403, "forbidden");
}

#[tokio::test]
async fn validating_does_not_use_up_an_idempotency_key() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Tried out").await;
    let body = json!({ "users": [{ "email": usher.address("guest"), "role": "VIEWER" }] });
    for _ in 0..2 {
        usher.invite_with_key(&ada.token, &workspace, "key", validating(body.clone())).await.expect(200);
    }
    let answer = usher.invite_with_key(&ada.token, &workspace, "key", body).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
}
