//! Tests in which the deliverer of mail dies at each of its steps, or the local stack is killed.

use std::fs;

use local::Options;
use serde_json::json;
use tests::{DELIVERERS, Endpoint, LEASE};

use super::{PAUSED, World};

/// The step at which a deliverer of mail fails, and the fault by which it fails.
#[derive(Clone, Copy)]
struct Failure<'a> {
    action: &'a str,
    /// How many matching AWS calls succeed before the calls fail.
    skip: u32,
    fault: &'a str,
    /// How many matching AWS calls fail.
    times: u32,
}

/// The expected end of the test: when each recipient has how many mails.
#[derive(Clone, Copy)]
struct Recovery {
    /// The number of seconds after which each recipient has the mails.
    seconds: i64,
    /// How many mails each recipient has in the end.
    mails: usize,
}

/// Lets a deliverer fail for good at its n-th call of an AWS action. After the given number of seconds, each recipient
/// must have the given number of mails, and can join by the link in the mails.
async fn crash_at(action: &str, skip: u32, fault: &str, seconds: i64, mails: usize) {
    // The SDK tries a call of DynamoDB three times, and a call of SES only once.
    let times = if action.starts_with("ses:") { 1 } else { 3 };
    fail_at(Failure { action, skip, fault, times }, Recovery { seconds, mails }).await;
}

async fn fail_at(failure: Failure<'_>, recovery: Recovery) {
    let world = World::new().await;
    fail_in(&world, failure, recovery).await;
}

async fn fail_in(world: &World, failure: Failure<'_>, recovery: Recovery) {
    let (Failure { action, skip, fault, times }, Recovery { seconds, mails }) = (failure, recovery);
    for function in DELIVERERS {
        let fault = json!({ "action": action, "function": function, "fault": fault, "skip": skip, "times": times });
        world.usher.queue_fault(fault).await;
    }
    let guests = world.invite(["a", "b", "c"]).await;
    // The deliverer that claimed the outbox item first has crashed. The second deliverer must not crash too.
    world.usher.faults_below(DELIVERERS.len()).await;
    world.usher.clear_faults().await;
    if seconds > 0 {
        world.usher.invoke("sweep-undelivered").await;
        assert!(world.usher.mails(&guests[0]).await.len() <= 1);
        world.usher.advance(seconds).await;
    }
    world.usher.mail(&guests[0], mails).await;
    world.mailed_in_the_end(&guests, mails).await;
    for guest in &guests {
        world.joins(guest).await;
    }
}

#[tokio::test]
async fn a_crash_while_claiming_loses_nothing() {
    crash_at("dynamodb:UpdateItem", 0, "InternalServerError", 0, 1).await;
}

#[tokio::test]
async fn a_claim_whose_reply_was_lost_loses_nothing() {
    crash_at("dynamodb:UpdateItem", 0, "lostReply", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_while_reading_the_people_loses_nothing() {
    crash_at("dynamodb:BatchGetItem", 0, "InternalServerError", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_while_reading_who_has_an_account_loses_nothing() {
    crash_at("dynamodb:BatchGetItem", 1, "InternalServerError", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_while_writing_the_hashes_loses_nothing() {
    crash_at("dynamodb:TransactWriteItems", 0, "InternalServerError", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_after_writing_the_hashes_loses_nothing() {
    crash_at("dynamodb:TransactWriteItems", 0, "lostReply", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_before_the_call_of_ses_loses_nothing() {
    crash_at("ses:SendBulkEmail", 0, "noReply", LEASE, 1).await;
}

#[tokio::test]
async fn an_internal_error_of_ses_loses_nothing() {
    crash_at("ses:SendBulkEmail", 0, "InternalServerError", LEASE, 1).await;
}

#[tokio::test]
async fn a_crash_after_ses_accepted_a_mail_sends_a_second_one_with_the_same_link() {
    // The deliverer tries three times to write the result of the mails, and SES's events about the mails are lost.
    let world = World::new().await;
    world.disturb_ses("lostEvents", 1).await;
    fail_in(
        &world,
        Failure { action: "dynamodb:TransactWriteItems", skip: 1, fault: "InternalServerError", times: 9 },
        Recovery { seconds: LEASE, mails: 2 },
    )
    .await;
}

#[tokio::test]
async fn a_crash_after_ses_accepted_a_mail_sends_no_second_one_if_an_event_reports_it_as_sent() {
    fail_at(
        Failure { action: "dynamodb:TransactWriteItems", skip: 1, fault: "InternalServerError", times: 9 },
        Recovery { seconds: LEASE, mails: 1 },
    )
    .await;
}

#[tokio::test]
async fn an_outcome_that_cannot_be_written_for_a_moment_causes_no_second_mail() {
    fail_at(
        Failure { action: "dynamodb:TransactWriteItems", skip: 1, fault: "InternalServerError", times: 4 },
        Recovery { seconds: 0, mails: 1 },
    )
    .await;
}

#[tokio::test]
async fn a_claim_whose_reply_was_lost_once_is_recognised_as_the_deliverers_own() {
    fail_at(
        Failure { action: "dynamodb:UpdateItem", skip: 0, fault: "lostReply", times: 1 },
        Recovery { seconds: 0, mails: 1 },
    )
    .await;
}

#[tokio::test]
async fn an_outcome_whose_reply_was_lost_causes_no_second_mail() {
    crash_at("dynamodb:TransactWriteItems", 1, "lostReply", LEASE, 1).await;
}

#[tokio::test]
async fn a_deliverer_that_dies_before_any_of_its_calls_loses_nothing() {
    for (action, skip) in [
        ("dynamodb:UpdateItem", 0),
        ("dynamodb:BatchGetItem", 0),
        ("dynamodb:BatchGetItem", 1),
        ("dynamodb:TransactWriteItems", 0),
        ("ses:SendBulkEmail", 0),
        ("dynamodb:TransactWriteItems", 1),
    ] {
        fail_at(Failure { action, skip, fault: "crash", times: 1 }, Recovery { seconds: LEASE, mails: 1 }).await;
    }
}

#[tokio::test]
async fn a_mail_that_was_queued_before_a_kill_is_sent_after_the_next_start() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let on_disk =
        |directory: &std::path::Path| Options { port: 0, data_dir: directory.to_owned(), ..Options::default() };
    let killed = Endpoint::with_options(on_disk(before.path())).await;
    let ada = killed.founder("ada").await;
    let workspace = killed.workspace(&ada.token, "Killed").await;
    killed.queue_fault(json!({ "action": "ses:SendBulkEmail", "fault": PAUSED, "times": 10_000 })).await;
    let guest = killed.address("guest");
    killed.invite(&ada.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
    killed.wait_until_idle().await;
    // The test copies the files of a running stack, because a kill leaves the files as they are while the stack runs.
    for file in fs::read_dir(before.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), after.path().join(file.file_name())).unwrap();
    }
    killed.stop().await;

    let usher = Endpoint::with_options(on_disk(after.path())).await;
    // After this time, every earlier pause and every earlier lease of an outbox item is over.
    usher.advance(LEASE).await;
    let hash = usher.mail(&guest, 1).await.hash();
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    // After the restart, the secrets and the passwords are still the same.
    assert_eq!(usher.team(&ada.token).await.get(&guest).map(String::as_str), Some("ACTIVE"));
    usher.token(&ada.email).await;
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
}
