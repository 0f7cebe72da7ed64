use std::time::Duration;

use super::*;

/// How long a test waits for AWS calls that are expected to come. Every expected call of a test comes within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a test waits for AWS calls that are expected not to come. The time is short, because the test waits for its
/// whole length.
const BRIEFLY: Duration = Duration::from_millis(1);

fn action(name: &str) -> Action {
    Action::all().find(|action| action.0 == name).unwrap()
}

#[test]
fn a_fault_happens_after_the_skipped_calls_and_as_often_as_asked() {
    let faults = Faults::default();
    let put = action("dynamodb:PutItem");
    faults.queue(json!({"action": "dynamodb:PutItem", "fault": "ThrottlingException", "skip": 1, "times": 2})).unwrap();
    let seen: Vec<_> = (0..4).map(|_| faults.on_call("sign-up", put).is_some()).collect();
    assert_eq!(seen, [false, true, true, false]);
    assert_eq!(faults.left(), json!([]));
    assert_eq!(faults.calls(), json!({"sign-up": {"dynamodb:PutItem": 4}}));
}

#[test]
fn a_fault_of_one_function_leaves_the_others_alone() {
    let faults = Faults::default();
    let send = Action::SEND_BULK_EMAIL;
    faults
        .queue(json!({"action": "ses:SendBulkEmail", "function": "deliver-invitations", "fault": "lostReply"}))
        .unwrap();
    assert_eq!(faults.on_call("sweep-undelivered", send), None);
    assert_eq!(faults.on_call("deliver-invitations", action("ses:GetAccount")), None);
    assert_eq!(faults.on_call("deliver-invitations", send), Some(Fault::LostReply));
}

#[test]
fn the_oldest_matching_fault_comes_first() {
    let faults = Faults::default();
    for fault in ["noReply", "InternalServerError"] {
        faults.queue(json!({"action": "dynamodb:Query", "fault": fault})).unwrap();
    }
    let query = action("dynamodb:Query");
    assert_eq!(faults.on_call("log-in", query), Some(Fault::NoReply));
    assert_eq!(faults.on_call("log-in", query), Some(Fault::InternalServerError));
}

#[test]
fn what_is_left_reads_as_it_was_asked_for() {
    let faults = Faults::default();
    let call = json!({"action": "dynamodb:UpdateItem", "fault": "TransactionConflict", "skip": 2, "times": 3});
    let recipient =
        json!({"action": "ses:SendBulkEmail", "address": "a@b.c", "status": "TRANSIENT_FAILURE", "times": 1});
    faults.queue(recipient.clone()).unwrap();
    faults.queue(call.clone()).unwrap();
    assert_eq!(faults.left(), json!([call, recipient]));
    faults.clear();
    assert_eq!(faults.left(), json!([]));
}

#[test]
fn a_description_that_makes_no_sense_is_refused_with_the_reason() {
    let faults = Faults::default();
    for (description, reason) in [
        (json!({"action": "dynamodb:PutItm", "fault": "noReply"}), "PutItm"),
        (json!({"action": "dynamodb:PutItem", "fault": "noRply"}), "noRply"),
        (json!({"action": "dynamodb:PutItem", "fault": "noReply", "time": 2}), "time"),
        (json!({"action": "dynamodb:PutItem", "fault": "noReply", "times": 0}), "at least 1"),
        (json!({"action": "dynamodb:PutItem", "fault": "noReply", "function": "invite"}), "invite"),
        (json!({"action": "ses:SendEmail", "fault": "TransactionConflict"}), "can't happen"),
        (json!({"action": "dynamodb:PutItem", "fault": "MessageRejected"}), "can't happen"),
        (json!({"action": "ses:SendEmail", "address": "a@b.c", "status": "FAILED"}), "SendBulkEmail"),
        (json!({"action": "ses:SendBulkEmail", "address": "a@b.c", "status": "LOST"}), "LOST"),
        (json!({"action": "dynamodb:PutItem"}), "fault"),
        (json!({"route": "POST /nowhere", "status": 503}), "no route"),
        (json!({"route": "/docs", "status": 503}), "no route"),
        (json!({"route": "GET /docs", "status": 42}), "200 to 599"),
        (json!({"route": "GET /docs"}), "status"),
        (json!({"route": "GET /docs", "status": 503, "times": 0}), "at least 1"),
        (json!({"action": "dynamodb:PutItem", "fault": "hold"}), "point"),
        (json!({"action": "dynamodb:PutItem", "fault": "hold", "point": "between"}), "between"),
        (json!({"action": "dynamodb:PutItem", "fault": "hold", "point": "after", "times": 0}), "at least 1"),
        (json!({"action": "dynamodb:PutItem", "fault": "hold", "point": "after", "function": "invite"}), "invite"),
        (json!("PutItem"), "PutItem"),
    ] {
        let error = faults.queue(description).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    assert_eq!(faults.left(), json!([]));
}

#[test]
fn a_fault_of_a_route_matches_its_method_and_path_as_often_as_queued() {
    let faults = Faults::default();
    let fault = json!({
        "route": "POST /api/v1/workspaces/{workspaceId}/invitations", "status": 503, "body": {"code": "x"}, "times": 2,
    });
    faults.queue(fault.clone()).unwrap();
    assert_eq!(faults.left(), json!([fault]));
    let path = "/api/v1/workspaces/b5d9/invitations";
    assert_eq!(faults.on_route(&Method::GET, path), None);
    assert_eq!(faults.on_route(&Method::POST, "/api/v1/workspaces/b5d9/members"), None);
    assert_eq!(faults.on_route(&Method::POST, "/api/v1/workspaces/b5d9/invitations/7"), None);
    assert!(faults.on_route(&Method::POST, path).is_some() && faults.on_route(&Method::POST, path).is_some());
    assert_eq!(faults.on_route(&Method::POST, path), None);
    assert_eq!(faults.left(), json!([]));
}

#[test]
fn a_cancelled_transaction_names_a_reason_for_each_item() {
    let request = br#"{"TransactItems": [{"Put": {}}, {"Update": {}}, {"Delete": {}}]}"#;
    let write = action("dynamodb:TransactWriteItems");
    let FaultEffect::Response { status, error, body } = Fault::TransactionConflict.effect(write, request) else {
        panic!("a conflict is an answer");
    };
    assert_eq!((status, error), (400, Some("TransactionCanceledException")));
    assert_eq!(body["CancellationReasons"].as_array().unwrap().len(), 3);
    assert_eq!(body["CancellationReasons"][0]["Code"], "TransactionConflict");
    assert_eq!(body["CancellationReasons"][2]["Code"], "None");
}

#[test]
fn an_unprocessed_batch_is_handed_back_whole() {
    let request = br#"{"RequestItems": {"usher": [{"PutRequest": {}}]}}"#;
    let effect = Fault::Unprocessed.effect(action("dynamodb:BatchWriteItem"), request);
    let FaultEffect::Response { body, .. } = effect else { panic!("it is an answer") };
    assert_eq!(body["UnprocessedItems"], json!({"usher": [{"PutRequest": {}}]}));
}

/// Queues a hold that lets one call pass and then stops two calls. Returns the id of the hold.
fn hold_two(faults: &Faults, point: &str) -> u64 {
    let hold = json!({
        "action": "dynamodb:PutItem", "function": "sign-up", "fault": "hold", "point": point, "skip": 1, "times": 2,
    });
    let id = faults.queue(hold.clone()).unwrap().unwrap();
    assert_eq!(faults.left(), json!([hold]));
    id
}

#[tokio::test]
async fn held_calls_stop_at_the_point_until_they_are_released() {
    for (point, other, word) in
        [(HoldPoint::Before, HoldPoint::After, "before"), (HoldPoint::After, HoldPoint::Before, "after")]
    {
        let faults = Faults::default();
        let id = hold_two(&faults, word);
        let put = action("dynamodb:PutItem");
        assert!(faults.holds.assign("log-in", put).is_none());
        assert!(faults.holds.assign("sign-up", put).is_none());
        let calls = [(); 2].map(|()| faults.holds.assign("sign-up", put).unwrap());
        assert!(faults.holds.assign("sign-up", put).is_none());
        let calls = calls.map(|call| {
            tokio::spawn(async move {
                call.stop_at(other).await;
                call.stop_at(point).await;
            })
        });
        assert_eq!(faults.holds.reached(id, PATIENCE).await, Ok(()));
        assert!(calls.iter().all(|call| !call.is_finished()));
        assert!(faults.holds.release(id) && !faults.holds.release(id));
        for call in calls {
            call.await.unwrap();
        }
        assert_eq!(faults.left(), json!([]));
        assert_eq!(faults.holds.reached(id, PATIENCE).await, Err(NotReached::UnknownHold));
    }
}

#[tokio::test]
async fn a_hold_that_too_few_calls_reach_says_so() {
    let faults = Faults::default();
    let id = hold_two(&faults, "before");
    assert_eq!(faults.holds.reached(id, BRIEFLY).await, Err(NotReached::TooLate { stopped: 0, wanted: 2 }));
    let put = action("dynamodb:PutItem");
    assert!(faults.holds.assign("sign-up", put).is_none());
    let call = faults.holds.assign("sign-up", put).unwrap();
    let call = tokio::spawn(async move { call.stop_at(HoldPoint::Before).await });
    tokio::task::yield_now().await;
    assert_eq!(faults.holds.reached(id, BRIEFLY).await, Err(NotReached::TooLate { stopped: 1, wanted: 2 }));
    let waiting = faults.holds.reached(id, PATIENCE);
    tokio::join!(async { assert_eq!(waiting.await, Err(NotReached::TooLate { stopped: 1, wanted: 2 })) }, async {
        faults.clear();
    });
    call.await.unwrap();
}
