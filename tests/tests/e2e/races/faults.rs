//! A database that refuses, loses replies and throttles.

use futures::future::join;
use serde_json::{Value, json};
use tests::{Endpoint, Founder};

/// So many faults of a function's calls.
async fn fault(usher: &Endpoint, function: &str, action: &str, fault: &str, times: u32) {
    let action = format!("dynamodb:{action}");
    usher.fault(json!({ "action": action, "function": function, "fault": fault, "times": times })).await;
}

/// So many faults of transactions that write rows, after these. The first transaction of a request reserves.
async fn rows_fail(usher: &Endpoint, fault: &str, after: u32, times: u32) {
    let action = "dynamodb:TransactWriteItems";
    let function = "invite-users";
    let fault = json!({ "action": action, "function": function, "fault": fault, "skip": after + 1, "times": times });
    usher.fault(fault).await;
}

async fn scene() -> (Endpoint, Founder, String) {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Unkind").await;
    (usher, ada, workspace)
}

fn people(usher: &Endpoint, count: usize) -> Vec<String> {
    (0..count).map(|number| usher.address(&format!("p{number}"))).collect()
}

async fn invite(usher: &Endpoint, ada: &Founder, workspace: &str, people: &[String]) -> Value {
    let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "EDITOR")).collect();
    usher.invite(&ada.token, workspace, &rows).await.expect(200).json()
}

/// All are invited, have one mail each, and the first and the last get in by it.
async fn all_invited_once(usher: &Endpoint, ada: &Founder, workspace: &str, people: &[String]) {
    let (first, last) = (&people[0], &people[people.len() - 1]);
    usher.mails_in_all(people.len() as u64 + 1).await;
    usher.mail_all().await;
    let mut recipients = usher.recipients().await;
    recipients.sort_unstable();
    let mut expected: Vec<_> = people.iter().chain([&ada.email]).cloned().collect();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
    assert_eq!(usher.team(&ada.token).await.len(), people.len() + 1);
    for email in [first, last] {
        let hash = usher.mail(email, 1).await.hash();
        usher.join(email, &hash).await.expect(200);
        assert_eq!(usher.role(&usher.token(email).await, workspace).await.as_deref(), Some("EDITOR"));
    }
}

#[tokio::test]
async fn what_passes_while_inviting_is_tried_again() {
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
        let (usher, ada, workspace) = scene().await;
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
    // Once: the SDK tries again. Three times: the SDK gives up, and the next round finds what was written.
    for times in [1, 2, 3, 4] {
        let (usher, ada, workspace) = scene().await;
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
    let (usher, ada, workspace) = scene().await;
    let guest = usher.address("guest");
    let access = format!("/v1/workspaces/{}/access", usher.short_id(&ada.token, &workspace).await);
    let body = json!({ "workspaceUsers": [{ "role": "viewer", "user": { "email": guest } }] });
    // The first transaction reserves. After three losses the SDK gives up on the second, and it is another one's turn.
    for (skip, times) in [(1, 3), (0, 1_000)] {
        let action = "dynamodb:TransactWriteItems";
        let function = "set-access";
        let fault =
            json!({ "action": action, "function": function, "fault": "lostReply", "skip": skip, "times": times });
        usher.fault(fault).await;
    }
    let later = async {
        usher.faults_below(2).await;
        let answer = usher.invite(&ada.token, &workspace, &[(&guest, "ADMIN")]).await.expect(200);
        assert_eq!(answer.rows(), ["alreadyInvited"]);
        usher.clear_faults().await;
    };
    let (first, ()) = join(usher.post(&access, &ada.token, body), later).await;
    first.expect(200);
    usher.mail_all().await;
    let mails = usher.mails(&guest).await;
    assert_eq!(mails.len(), 1);
    usher.join(&guest, &mails[0].hash()).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("ADMIN"));
}

#[tokio::test]
async fn whoever_is_mailed_again_keeps_the_role_that_they_were_given_meanwhile() {
    let (usher, ada, workspace) = scene().await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "ADMIN")]).await.expect(200);
    let invited = usher.workspace_user(&ada.token, &usher.short_id(&ada.token, &workspace).await, &guest).await;
    usher.mail(&guest, 1).await;
    usher.advance(61).await;
    usher.post(&format!("/api/v0/workspaces/{workspace}/select"), &ada.token, json!({})).await.expect(200);
    // The guest is read before the first transaction, which reserves, and written by the second.
    rows_fail(&usher, "TransactionConflict", 0, 1).await;
    fault(&usher, "invite-users", "TransactWriteItems", "TransactionConflict", 1_000).await;
    let demoted = async {
        usher.faults_below(2).await;
        let path = format!("workspace-users/{}", invited["id"].as_str().unwrap());
        usher.patch(&ada.token, &path, json!({ "role": "viewer" })).await.expect(200);
        usher.clear_faults().await;
    };
    let body = json!({ "users": [{ "email": guest }] });
    let (again, ()) = join(usher.post("/api/v0/userinvite", &ada.token, body), demoted).await;
    assert_eq!(again.expect(200).json()[0]["stats"], 200);
    usher.join(&guest, &usher.mail(&guest, 2).await.hash()).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn a_service_account_that_is_deleted_meanwhile_becomes_no_member() {
    let (usher, ada, workspace) = scene().await;
    let accounts = "/idp/api/v1/company/serviceAccount";
    let account = usher.post(accounts, &ada.token, json!({ "name": "robot" })).await.expect(200).json();
    let robot = account["email"].as_str().unwrap();
    rows_fail(&usher, "TransactionConflict", 0, 1).await;
    fault(&usher, "invite-users", "TransactWriteItems", "TransactionConflict", 1_000).await;
    let deleted = async {
        usher.faults_below(2).await;
        let path = format!("{accounts}/{}", account["id"].as_str().unwrap());
        usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
        usher.clear_faults().await;
    };
    let rows = [(robot, "ADMIN"), (ada.email.as_str(), "ADMIN")];
    let (answer, ()) = join(usher.invite(&ada.token, &workspace, &rows), deleted).await;
    assert_eq!(answer.expect(400).rows(), ["invalid", "alreadyMember"]);
    let members = usher.hexabase_members(&ada.token, &workspace).await;
    assert_eq!(members.len(), 1, "{members:?}");
}

#[tokio::test]
async fn what_passes_while_signing_up_is_tried_again() {
    for (name, times) in [
        ("TransactionConflict", 1),
        ("TransactionConflict", 3),
        ("ThrottlingException", 2),
        ("lostReply", 1),
        ("lostReply", 2),
        ("noReply", 2),
    ] {
        let (usher, ada, workspace) = scene().await;
        let people = people(&usher, 1);
        invite(&usher, &ada, &workspace, &people).await;
        let hash = usher.mail(&people[0], 1).await.hash();
        fault(&usher, "sign-up", "TransactWriteItems", name, times).await;
        usher.join(&people[0], &hash).await.expect(200);
        assert!(usher.faults_left().await.is_empty());
        assert_eq!(usher.role(&usher.token(&people[0]).await, &workspace).await.as_deref(), Some("EDITOR"));
        // A second request isn't the first one's retry.
        usher.join(&people[0], &hash).await.expect(400);
        assert_eq!(usher.team(&ada.token).await.len(), 2);
    }
}

#[tokio::test]
async fn an_acceptance_whose_reply_was_lost_is_a_success() {
    let (usher, ada, workspace) = scene().await;
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    fault(&usher, "accept-invitation", "TransactWriteItems", "lostReply", 2).await;
    usher.accept(&eve.token, &hash).await.expect(200);
    assert_eq!(usher.role(&eve.token, &workspace).await.as_deref(), Some("EDITOR"));
    usher.accept(&eve.token, &hash).await.expect(410);
}

#[tokio::test]
async fn rows_whose_transaction_fails_for_good_are_to_be_sent_again() {
    let (usher, ada, workspace) = scene().await;
    // Two transactions: one of ninety people, and one of the last. The first to come goes through.
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

    // Nothing but failures is an answer of its own.
    usher.clear_faults().await;
    rows_fail(&usher, "InternalServerError", 0, 100_000).await;
    let rows: Vec<_> = failed.iter().map(|email| (email.as_str(), "EDITOR")).collect();
    let refused = usher.invite(&ada.token, &workspace, &rows).await.expect(503);
    assert_eq!(refused.rows(), ["failed"]);

    usher.clear_faults().await;
    let answer = invite(&usher, &ada, &workspace, &people).await;
    assert_eq!(answer["summary"], json!({ "alreadyInvited": 90, "invited": 1 }));
    all_invited_once(&usher, &ada, &workspace, &people).await;
}

#[tokio::test]
async fn what_fails_before_anything_is_written_is_unavailable_and_leaves_nothing() {
    let (usher, ada, workspace) = scene().await;
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
