//! Tests of the limits of one inviting request, and of the number of its store calls.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{Endpoint, Need};

fn users(usher: &Endpoint, count: usize) -> Value {
    let rows = (0..count).map(|number| json!({ "email": usher.address(&format!("p{number}")), "role": "EDITOR" }));
    json!({ "workSpaceUsers": rows.collect::<Vec<_>>() })
}

#[tokio::test]
async fn a_request_has_at_most_as_many_rows_as_the_parameter_allows() {
    let usher = Endpoint::own(&[("MAX_USERS_PER_REQUEST", "5")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Five").await;
    let refused = usher.post_bulk_users(&ada.token, &workspace, users(&usher, 6)).await.expect(400);
    assert!(refused.json()["message"].as_str().unwrap().contains("At most 5 "), "{}", refused.text);
    assert_eq!(usher.team(&ada.token).await.len(), 1);
    let answer = usher.post_bulk_users(&ada.token, &workspace, users(&usher, 5)).await.expect(200).json();
    assert_eq!(answer["summary"], json!({ "invited": 5 }));
}

#[tokio::test]
async fn without_a_parameter_a_request_has_at_most_ten_thousand_rows() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Many").await;
    let refused = usher.post_bulk_users(&ada.token, &workspace, users(&usher, 10_001)).await.expect(400);
    assert!(refused.json()["message"].as_str().unwrap().contains("At most 10000 "), "{}", refused.text);
    assert_eq!(usher.team(&ada.token).await.len(), 1);
}

#[tokio::test]
async fn an_empty_list_is_refused() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Nobody").await;
    for body in [
        json!({ "workSpaceUsers": [] }),
        json!({ "workSpaceUsers": null }),
        json!({ "workSpaceUsers": { "email": "a@example.com", "role": "EDITOR" } }),
        json!({ "message": "Hello" }),
    ] {
        let refused = usher.post_bulk_users(&ada.token, &workspace, body).await.expect(400).json();
        assert!(refused["message"].is_string() && refused["errorCodes"][0].is_string(), "{refused}");
    }
}

#[tokio::test]
async fn a_thousand_are_invited_with_few_calls_and_each_is_mailed_once() {
    const COUNT: usize = 1_000;
    let usher = Endpoint::with(&[Need::Calls]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "A thousand").await;
    usher.forget_calls().await;
    let answer = usher.post_bulk_users(&ada.token, &workspace, users(&usher, COUNT)).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": COUNT }));
    let calls = usher.calls().await["invite-users"].clone();
    let made: u64 = calls.as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert!(made <= (COUNT / 90 + COUNT / 100 + 8) as u64, "{calls}");

    usher.wait_for_mails(COUNT as u64 + 1).await;
    usher.mail_all().await;
    let recipients = usher.recipients().await;
    assert_eq!(recipients.len(), COUNT + 1);
    assert_eq!(recipients.iter().collect::<HashSet<_>>().len(), COUNT + 1);
}

#[tokio::test]
async fn the_largest_request_is_answered_with_rows_of_any_form() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Large").await;
    // Each of these characters takes two bytes in the request, and four bytes in Lambda's JSON around the answer.
    let bad = json!({ "email": "\"".repeat(100), "role": "\\".repeat(20) });
    let mut users = vec![bad; 9_999];
    users.push(json!({ "email": usher.address("good"), "role": "VIEWER" }));
    let answer = usher.post_bulk_users(&ada.token, &workspace, json!({ "workSpaceUsers": users })).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": 1, "invalid": 9_999 }));
}
