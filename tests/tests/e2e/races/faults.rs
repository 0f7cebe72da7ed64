//! Tests of a database that refuses writes, throttles and loses replies.

use serde_json::{Value, json};
use tests::{Account, Endpoint, HeldCall, Need};

/// Queues a fault that happens to the given number of a function's calls.
async fn fault(usher: &Endpoint, function: &str, action: &str, fault: &str, times: u32) {
    let action = format!("dynamodb:{action}");
    usher.queue_fault(json!({ "action": action, "function": function, "fault": fault, "times": times })).await;
}

/// Queues a fault that happens to the given number of transactions that write rows, after some transactions that
/// succeed. The first transaction of a request reserves the quota.
async fn rows_fail(usher: &Endpoint, fault: &str, after: u32, times: u32) {
    let action = "dynamodb:TransactWriteItems";
    let function = "invite-users";
    let fault = json!({ "action": action, "function": function, "fault": fault, "skip": after + 1, "times": times });
    usher.queue_fault(fault).await;
}

async fn world() -> (Endpoint, Account, String) {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Unkind").await;
    (usher, ada, workspace)
}

fn people(usher: &Endpoint, count: usize) -> Vec<String> {
    (0..count).map(|number| usher.address(&format!("p{number}"))).collect()
}

async fn invite(usher: &Endpoint, ada: &Account, workspace: &str, people: &[String]) -> Value {
    let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "EDITOR")).collect();
    usher.invite(&ada.token, workspace, &rows).await.expect(200).json()
}

/// Checks that everybody is invited and has one mail, and that the first and the last person can join by the mailed
/// link.
async fn all_invited_once(usher: &Endpoint, ada: &Account, workspace: &str, people: &[String]) {
    let (first, last) = (&people[0], &people[people.len() - 1]);
    usher.wait_for_mails(people.len() as u64 + 1).await;
    usher.mail_all().await;
    let mut recipients = usher.recipients().await;
    recipients.sort_unstable();
    let mut expected: Vec<_> = people.iter().chain([&ada.email]).cloned().collect();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
    assert_eq!(usher.team(&ada.token).await.len(), people.len() + 1);
    for email in [first, last] {
        let hash = usher.mail(email, 1).await.hash();
        usher.sign_up_by_invitation(email, &hash).await.expect(200);
        assert_eq!(usher.role(&usher.token(email).await, workspace).await.as_deref(), Some("EDITOR"));
    }
}

#[tokio::test]
async fn temporary_failures_while_inviting_are_retried() {
    for (action, name, times) in [
        ("TransactWriteItems", "TransactionConflict", 3),
        ("TransactWriteItems", "ThrottlingException", 2),
        ("TransactWriteItems", "ProvisionedThroughputExceededException", 2),
        ("TransactWriteItems", "InternalServerError", 2),
        ("BatchGetItem", "ThrottlingException", 2),
        ("BatchGetItem", "unprocessed", 3),
        ("PutItem", "ThrottlingException", 2),
        ("UpdateItem", "TransactionConflict", 2),
    ] {
        let (usher, ada, workspace) = world().await;
        let people = people(&usher, 100);
        fault(&usher, "invite-users", action, name, times).await;
        let answer = invite(&usher, &ada, &workspace, &people).await;
        assert_eq!(answer["summary"], json!({ "invited": 100 }), "{action} {name}");
        assert!(usher.faults_left().await.is_empty(), "{action} {name}");
        all_invited_once(&usher, &ada, &workspace, &people).await;
    }
}

#[tokio::test]
async fn an_invitation_whose_reply_was_lost_is_invited_and_mailed_once() {
    // After one lost reply, the SDK retries the call. After three lost replies, the SDK gives up, and the operation's
    // next attempt finds the written rows.
    for times in [1, 2, 3, 4] {
        let (usher, ada, workspace) = world().await;
        let people = people(&usher, 3);
        rows_fail(&usher, "lostReply", 0, times).await;
        let answer = invite(&usher, &ada, &workspace, &people).await;
        assert_eq!(answer["summary"], json!({ "invited": 3 }), "{times}");
        assert!(usher.faults_left().await.is_empty());
        all_invited_once(&usher, &ada, &workspace, &people).await;
    }
}

#[tokio::test]
async fn an_invitation_whose_reply_was_lost_keeps_what_a_later_one_says() {
    let (usher, ada, workspace) = world().await;
    let guest = usher.address("guest");
    let access = format!("/v1/workspaces/{}/access", usher.short_id(&ada.token, &workspace).await);
    let body = json!({ "workspaceUsers": [{ "role": "viewer", "user": { "email": guest } }] });
    // The first transaction reserves the quota. The second transaction loses three replies, and then the SDK gives up.
    let fault = json!({
        "action": "dynamodb:TransactWriteItems", "function": "set-access", "fault": "lostReply", "skip": 1, "times": 3,
    });
    usher.queue_fault(fault).await;
    let rows = [(guest.as_str(), "ADMIN")];
    let later = usher.invite(&ada.token, &workspace, &rows);
    let earlier = usher.post(&access, &ada.token, body);
    // The earlier request stops before it writes the rows again.
    let (later, earlier) = usher.overtake(later, earlier, HeldCall::write_after("set-access", 4)).await;
    assert_eq!(later.expect(200).row_statuses(), ["alreadyInvited"]);
    earlier.expect(200);
    assert!(usher.faults_left().await.is_empty());
    usher.mail_all().await;
    let mails = usher.mails(&guest).await;
    assert_eq!(mails.len(), 1);
    usher.sign_up_by_invitation(&guest, &mails[0].hash()).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("ADMIN"));
}

#[tokio::test]
async fn temporary_failures_while_signing_up_are_retried() {
    for (name, times) in [
        ("TransactionConflict", 1),
        ("TransactionConflict", 3),
        ("ThrottlingException", 2),
        ("lostReply", 1),
        ("lostReply", 2),
        ("noReply", 2),
    ] {
        let (usher, ada, workspace) = world().await;
        let people = people(&usher, 1);
        invite(&usher, &ada, &workspace, &people).await;
        let hash = usher.mail(&people[0], 1).await.hash();
        fault(&usher, "sign-up", "TransactWriteItems", name, times).await;
        usher.sign_up_by_invitation(&people[0], &hash).await.expect(200);
        assert!(usher.faults_left().await.is_empty());
        assert_eq!(usher.role(&usher.token(&people[0]).await, &workspace).await.as_deref(), Some("EDITOR"));
        // A second request with the same rows isn't a retry of the first request.
        usher.sign_up_by_invitation(&people[0], &hash).await.expect(400);
        assert_eq!(usher.team(&ada.token).await.len(), 2);
    }
}

#[tokio::test]
async fn an_acceptance_whose_reply_was_lost_is_a_success() {
    let (usher, ada, workspace) = world().await;
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    fault(&usher, "accept-invitation", "TransactWriteItems", "lostReply", 2).await;
    usher.accept(&eve.token, &hash).await.expect(200);
    assert_eq!(usher.role(&eve.token, &workspace).await.as_deref(), Some("EDITOR"));
    usher.accept(&eve.token, &hash).await.expect(410);
}

#[tokio::test]
async fn rows_whose_transaction_fails_are_reported_as_failed() {
    let (usher, ada, workspace) = world().await;
    // The request writes two transactions: one with ninety people, and one with the last people. The transaction that
    // comes first succeeds.
    let people = people(&usher, 91);
    rows_fail(&usher, "InternalServerError", 1, 100_000).await;
    let answer = invite(&usher, &ada, &workspace, &people).await;
    assert_eq!(answer["summary"], json!({ "invited": 90, "failed": 1 }));
    let (written, failed) = people.split_at(90);
    for result in &answer["results"].as_array().unwrap()[90..] {
        assert_eq!(result["status"], "failed");
        assert!(result["detail"].as_str().unwrap().contains("Send it again"), "{result}");
        assert!(result["invitationId"].is_null());
    }
    assert_eq!(usher.team(&ada.token).await.len(), written.len() + 1);

    // If every row failed, the whole request has failed.
    usher.clear_faults().await;
    rows_fail(&usher, "InternalServerError", 0, 100_000).await;
    let rows: Vec<_> = failed.iter().map(|email| (email.as_str(), "EDITOR")).collect();
    let refused = usher.invite(&ada.token, &workspace, &rows).await.expect(503);
    assert_eq!(refused.row_statuses(), ["failed"]);

    usher.clear_faults().await;
    let answer = invite(&usher, &ada, &workspace, &people).await;
    assert_eq!(answer["summary"], json!({ "alreadyInvited": 90, "invited": 1 }));
    all_invited_once(&usher, &ada, &workspace, &people).await;
}

#[tokio::test]
async fn a_failure_before_the_first_write_is_unavailable_and_leaves_nothing() {
    let (usher, ada, workspace) = world().await;
    let people = people(&usher, 3);
    for action in ["BatchGetItem", "PutItem", "UpdateItem"] {
        fault(&usher, "invite-users", action, "InternalServerError", 1_000).await;
        let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "EDITOR")).collect();
        let refused = usher.invite(&ada.token, &workspace, &rows).await.expect(503);
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(refused.json()["errorCodes"], json!(["UNAVAILABLE"]));
        usher.clear_faults().await;
        assert_eq!(usher.team(&ada.token).await.len(), 1);
    }
    let answer = invite(&usher, &ada, &workspace, &people).await;
    assert_eq!(answer["summary"], json!({ "invited": 3 }));
    all_invited_once(&usher, &ada, &workspace, &people).await;
}
