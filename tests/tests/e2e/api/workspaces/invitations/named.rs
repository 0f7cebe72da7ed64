//! Tests of inviting requests with the header Idempotency-Key.

use serde_json::{Value, json};
use tests::{Account, Endpoint, HeldCall, Need, needs};

const DAY: i64 = 24 * 3600;

async fn world(parameters: &[(&str, &str)]) -> (Endpoint, Account, String) {
    let usher = Endpoint::own(parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Named").await;
    (usher, ada, workspace)
}

fn inviting(people: &[&str]) -> Value {
    let users: Vec<_> = people.iter().map(|email| json!({ "email": email, "role": "EDITOR" })).collect();
    json!({ "users": users })
}

#[tokio::test]
async fn a_retry_with_the_same_body_gets_the_first_answer_for_a_day() {
    needs(&[Need::Clock]);
    let (usher, ada, workspace) = world(&[]).await;
    let (guest, late) = (usher.address("guest"), usher.address("late"));
    let body = inviting(&[&guest, "nobody", &ada.email, &guest]);
    let first = usher.invite_with_key(&ada.token, &workspace, "one", body.clone()).await.expect(200);
    assert_eq!(first.row_statuses(), ["invited", "invalid", "alreadyMember", "duplicate"]);
    usher.mail(&guest, 1).await;
    for seconds in [0, 120, DAY - 420] {
        usher.advance(seconds).await;
        let token = usher.token(&ada.email).await;
        let again = usher.invite_with_key(&token, &workspace, "one", body.clone()).await.expect(200);
        assert_eq!(again.text, first.text);
    }
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
    // A day after its use, an idempotency key counts as unused.
    let token = usher.token(&ada.email).await;
    let again = usher.invite_with_key(&token, &workspace, "one", inviting(&[&guest, &late])).await.expect(200);
    assert_eq!(again.row_statuses(), ["invited", "invited"]);
    usher.mail(&guest, 2).await;
}

#[tokio::test]
async fn a_refusal_is_replayed_byte_for_byte() {
    let (usher, ada, workspace) = world(&[]).await;
    for (key, body, status) in [("bad", inviting(&["nobody"]), 400), ("there", inviting(&[&ada.email]), 409)] {
        let first = usher.invite_with_key(&ada.token, &workspace, key, body.clone()).await.expect(status);
        let again = usher.invite_with_key(&ada.token, &workspace, key, body).await.expect(status);
        assert_eq!(again.text, first.text);
        assert_eq!(again.header("content-type"), "application/problem+json");
        assert_ne!(again.header("apigw-requestid"), first.header("apigw-requestid"));
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_does_nothing() {
    let (usher, ada, workspace) = world(&[]).await;
    let (guest, other) = (usher.address("guest"), usher.address("other"));
    usher.invite_with_key(&ada.token, &workspace, "key", inviting(&[&guest])).await.expect(200);
    let refused = usher.invite_with_key(&ada.token, &workspace, "key", inviting(&[&guest, &other])).await;
    refused.problem(422, "idempotency_key_reused");
    usher.invite_with_key(&ada.token, &workspace, "Key", inviting(&[&other])).await.expect(200);
}

#[tokio::test]
async fn a_key_is_the_callers_own_and_the_workspaces() {
    let (usher, ada, workspace) = world(&[]).await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let second = usher.workspace(&ada.token, "Second").await;
    for (token, workspace, name) in
        [(&ada.token, &workspace, "a"), (&carl.token, &workspace, "b"), (&ada.token, &second, "c")]
    {
        let answer =
            usher.invite_with_key(token, workspace, "key", inviting(&[&usher.address(name)])).await.expect(200);
        assert_eq!(answer.row_statuses(), ["invited"]);
    }
}

#[tokio::test]
async fn a_caller_who_may_no_longer_invite_gets_no_stored_answer() {
    let (usher, ada, workspace) = world(&[]).await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let body = inviting(&[&usher.address("guest")]);
    usher.invite_with_key(&carl.token, &workspace, "key", body.clone()).await.expect(200);
    let world = usher.short_id(&ada.token, &workspace).await;
    let member = usher.workspace_user(&ada.token, &world, &carl.email).await["id"].as_str().unwrap().to_owned();
    usher.dock_patch(&ada.token, &format!("workspace-users/{member}"), json!({ "role": "viewer" })).await.expect(200);
    usher.invite_with_key(&carl.token, &workspace, "key", body).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let (usher, ada, workspace) = world(&[]).await;
    for key in ["", "a b", &"k".repeat(256), "ключ"] {
        let refused = usher.invite_with_key(&ada.token, &workspace, key, inviting(&[&usher.address("guest")])).await;
        refused.problem(400, "invalid_idempotency_key");
    }
    assert_eq!(usher.team(&ada.token).await.len(), 1);
    usher
        .invite_with_key(&ada.token, &workspace, &"k".repeat(255), inviting(&[&usher.address("guest")]))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_request_that_runs_already_is_refused_and_one_that_ended_is_answered_again() {
    needs(&[Need::Calls]);
    let (usher, ada, workspace) = world(&[]).await;
    let guest = usher.address("guest");
    let run = |key: &'static str| usher.invite_with_key(&ada.token, &workspace, key, inviting(&[&guest]));
    // The first run has begun the idempotent request and has reserved the quota. The test stops this run before it
    // invites.
    let inviting = HeldCall::write_after("invite-users", 1);
    let (second, first) = usher.overtake(run("one"), run("one"), inviting).await;
    assert_eq!(second.problem(409, "idempotency_key_in_use").header("retry-after"), "1");
    assert_eq!(first.expect(200).row_statuses(), ["invited"]);

    // The test stops the second run before it begins the idempotent request.
    let taking = HeldCall::before("invite-users", "dynamodb:PutItem");
    let (first, second) = usher.overtake(run("two"), run("two"), taking).await;
    assert_eq!(second.expect(200).text, first.expect(200).text);
    usher.mail(&guest, 1).await;
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
}

#[tokio::test]
async fn of_twenty_requests_with_one_key_one_runs_and_the_others_wait_or_get_its_answer() {
    let (usher, ada, workspace) = world(&[]).await;
    let people: Vec<_> = (0..100).map(|n| usher.address(&format!("p{n}"))).collect();
    let people: Vec<_> = people.iter().map(String::as_str).collect();
    let body = inviting(&people);
    let requests = (0..20).map(|_| usher.invite_with_key(&ada.token, &workspace, "key", body.clone()));
    let answers = usher.together(requests, HeldCall::before("invite-users", "dynamodb:PutItem")).await;
    let first = answers.iter().find(|answer| answer.status == 200).expect("one runs").clone();
    assert_eq!(first.json()["summary"], json!({ "invited": 100 }));
    for answer in answers {
        if answer.status == 200 {
            assert_eq!(answer.text, first.text);
        } else {
            let refused = answer.problem(409, "idempotency_key_in_use");
            assert_eq!(refused.header("retry-after"), "1");
        }
    }
    assert_eq!(usher.invite_with_key(&ada.token, &workspace, "key", body).await.expect(200).text, first.text);
    usher.wait_for_mails(101).await;
    usher.mail_all().await;
    assert_eq!(usher.recipients().await.len(), 101);
}

#[tokio::test]
async fn an_answer_that_asks_for_a_retry_is_not_stored() {
    let (usher, ada, workspace) =
        world(&[("INVITATIONS_PER_WORKSPACE_PER_DAY", "1"), ("MAX_USERS_PER_REQUEST", "1")]).await;
    let (first, second) = (usher.address("first"), usher.address("second"));
    usher.post_invitations(&ada.token, &workspace, inviting(&[&first])).await.expect(200);
    let limited = usher.invite_with_key(&ada.token, &workspace, "key", inviting(&[&second])).await;
    let limited = limited.problem_of_rows(429, "limited", &["limited"]);
    usher.advance(limited.header("retry-after").parse().unwrap()).await;
    let token = usher.token(&ada.email).await;
    let broken = json!({
        "action": "dynamodb:TransactWriteItems", "function": "invite-users", "fault": "InternalServerError", "skip": 1,
        "times": 1000,
    });
    usher.queue_fault(broken).await;
    let failed = usher.invite_with_key(&token, &workspace, "key", inviting(&[&second])).await;
    assert!(failed.status == 503 && failed.header("retry-after") == "1", "{}", failed.text);
    usher.clear_faults().await;
    // The failed request could not release its idempotency key, so a retry must wait until the run's lease ends.
    usher.advance(35).await;
    let answer = usher.invite_with_key(&token, &workspace, "key", inviting(&[&second])).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    usher.mail(&second, 1).await;
}

#[tokio::test]
async fn a_thousand_cost_two_calls_more_with_a_key() {
    const COUNT: usize = 1_000;
    needs(&[Need::Calls]);
    let (usher, ada, workspace) = world(&[]).await;
    let people: Vec<_> = (0..COUNT).map(|n| usher.address(&format!("p{n}"))).collect();
    let people: Vec<_> = people.iter().map(String::as_str).collect();
    usher.forget_calls().await;
    let answer = usher.invite_with_key(&ada.token, &workspace, "key", inviting(&people)).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": COUNT }));
    let calls = usher.calls().await["invite-users"].clone();
    let made: u64 = calls.as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert!(made <= (COUNT / 90 + COUNT / 100 + 8 + 2) as u64, "{calls}");
}
