//! Tests of `POST /_local/reset`, which returns the local stack to its initial state.

use serde_json::{Value, json};
use shared::domain::{Clock as _, SystemClock};
use tests::{Endpoint, Need, PASSWORD};

#[tokio::test]
async fn a_reset_returns_the_stack_to_its_initial_state() {
    let usher = Endpoint::with(&[Need::Clock, Need::Calls, Need::Events]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let bob = usher.address("bob");
    usher.invite(&ada.token, &workspace, &[(&bob, "EDITOR")]).await.expect(200);
    usher.mail(&bob, 1).await;
    usher.advance(86_400).await;
    usher.queue_fault(json!({ "action": "dynamodb:PutItem", "fault": "noReply", "times": 9 })).await;
    usher.queue_fault(json!({ "route": "GET /docs", "status": 503 })).await;

    usher.send("POST", "/_local/reset", None, None).await.expect(204);

    let local = async |path: &str| usher.send("GET", path, None, None).await.expect(200).json();
    assert_eq!(local("/_aws/ses").await, json!({ "messages": [] }));
    assert_eq!(local("/_local/events").await, json!({ "events": [] }));
    assert_eq!(local("/_local/faults").await, json!({ "faults": [] }));
    // The schedule may have run `sweep-undelivered` again since the reset.
    assert!(local("/_local/calls").await.as_object().unwrap().keys().all(|function| function == "sweep-undelivered"));
    let now: jiff::Timestamp = serde_json::from_value(local("/_local/clock").await["now"].clone()).unwrap();
    assert!(now.duration_since(SystemClock.now()).abs() < jiff::SignedDuration::from_mins(1));
    let credentials = json!({ "email": ada.email, "password": PASSWORD });
    let unknown = usher.post_open("/idp/api/v1/user/token", credentials).await;
    assert_eq!(unknown.status, 401);
    usher.get("/idp/api/v1/user", &ada.token).await.expect(401);
}

#[tokio::test]
async fn after_a_reset_the_stack_works_and_publishes_nothing_about_deleted_data() {
    let usher = Endpoint::with(&[Need::EventFunctions, Need::Events]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let people: Vec<_> = (0..200).map(|number| usher.address(&format!("person-{number}"))).collect();
    let rows: Vec<_> = people.iter().map(|address| (address.as_str(), "EDITOR")).collect();
    usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    // When the reset begins, mails and events of the invitations are still being sent.
    usher.send("POST", "/_local/reset", None, None).await.expect(204);

    let again = usher.founder("ada").await;
    let workspace = usher.workspace(&again.token, "Project Beta").await;
    let bob = usher.address("bob");
    usher.invite(&again.token, &workspace, &[(&bob, "EDITOR")]).await.expect(200);
    usher.mail(&bob, 1).await;
    usher.wait_until_idle().await;
    let events = usher.send("GET", "/_local/events", None, None).await.json();
    let about = |event: &Value| event["detail"]["invitation"]["email"].as_str().map(str::to_owned);
    let invited: Vec<_> = events["events"].as_array().unwrap().iter().filter_map(about).collect();
    assert!(!invited.is_empty() && invited.iter().all(|email| *email == bob), "{invited:?}");
    let keys = usher.send("GET", "/.well-known/jwks.json", None, None).await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "functions in other processes rely on the published key");
}
