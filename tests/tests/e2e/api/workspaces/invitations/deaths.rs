//! Tests of idempotent requests whose function dies or whose store loses replies: a retry completes the request.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, Need, needs};

/// The time in seconds after which a run of an idempotent request that has written nothing counts as dead.
const SILENCE: i64 = 35;

struct World {
    usher: Endpoint,
    ada: Account,
    workspace: String,
    body: Value,
    people: usize,
}

impl World {
    async fn new(people: usize, parameters: &[(&str, &str)]) -> Self {
        needs(&[Need::Calls]);
        let usher = Endpoint::own(parameters).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Deadly").await;
        let rows = (0..people).map(|n| json!({ "email": usher.address(&format!("p{n}")), "role": "EDITOR" }));
        let body = json!({ "users": rows.collect::<Vec<_>>() });
        Self { usher, ada, workspace, body, people }
    }

    async fn queue_fault(&self, action: &str, fault: &str, skip: usize, times: usize) {
        let action = format!("dynamodb:{action}");
        let fault =
            json!({ "action": action, "function": "invite-users", "fault": fault, "skip": skip, "times": times });
        self.usher.queue_fault(fault).await;
    }

    async fn send(&self) -> Answer {
        self.usher.invite_with_key(&self.ada.token, &self.workspace, "key", self.body.clone()).await
    }

    /// Checks that a retry of the request invites everybody, that another retry gets the same answer, and that
    /// everybody has one mail.
    async fn ends_well(&self, what: &str) {
        let answer = self.send().await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        assert_eq!(answer.json()["summary"], json!({ "invited": self.people }), "{what}");
        assert_eq!(self.send().await.expect(200).text, answer.text, "{what}");
        self.usher.wait_for_mails(self.people as u64 + 1).await;
        self.usher.mail_all().await;
        let recipients = self.usher.recipients().await;
        assert_eq!(recipients.len(), self.people + 1, "{what}");
        assert_eq!(recipients.iter().collect::<HashSet<_>>().len(), self.people + 1, "{what}");
        assert_eq!(self.usher.team(&self.ada.token).await.len(), self.people + 1, "{what}");
    }
}

#[tokio::test]
async fn a_request_whose_function_dies_at_any_call_is_completed_by_the_next_one() {
    // A function that died after it began a run of an idempotent request blocks the idempotency key until the run's
    // lease ends.
    let deaths = [
        ("BatchGetItem", 0, false),
        ("GetItem", 0, false),
        ("PutItem", 0, false),
        ("BatchGetItem", 1, true),
        ("TransactWriteItems", 0, true),
        ("UpdateItem", 0, true),
        ("PutItem", 1, true),
        ("TransactWriteItems", 1, true),
        ("TransactWriteItems", 2, true),
        ("UpdateItem", 1, true),
    ];
    for (action, skip, in_hand) in deaths {
        for before in [None, Some("lostReply")] {
            let world = World::new(100, &[]).await;
            let what = format!("{action} {skip} {before:?}");
            if let Some(before) = before {
                // DynamoDB executes the call, and the function dies while the SDK retries the call.
                world.queue_fault(action, before, skip, 1).await;
            }
            world.queue_fault(action, "crash", if before.is_some() { 0 } else { skip }, 1).await;
            let dead = world.send().await;
            assert_eq!((dead.status.as_u16(), dead.json()["message"].as_str()), (500, Some("Internal Server Error")));
            let kept = action == "UpdateItem" && skip == 1 && before.is_some();
            if (in_hand || (action == "PutItem" && before.is_some())) && !kept {
                world.send().await.problem(409, "idempotency_key_in_use");
                world.usher.advance(SILENCE).await;
            }
            world.ends_well(&what).await;
            world.usher.stop().await;
        }
    }
}

#[tokio::test]
async fn a_request_whose_function_dies_repeatedly_completes_in_the_end() {
    // The request writes its rows in five transactions. Transactions that a run has sent before it dies are written.
    let world = World::new(400, &[]).await;
    // The first transaction of the request reserves the quota, and each new run writes one more transaction.
    for skip in [2, 1, 1] {
        world.queue_fault("TransactWriteItems", "crash", skip, 1).await;
        world.send().await.expect(500);
        world.usher.clear_faults().await;
        world.usher.advance(SILENCE).await;
    }
    world.ends_well("three deaths").await;
}

#[tokio::test]
async fn lost_replies_change_nothing() {
    for (action, skip) in [("PutItem", 0), ("TransactWriteItems", 0), ("TransactWriteItems", 1), ("UpdateItem", 1)] {
        for times in [1, 2] {
            let world = World::new(100, &[]).await;
            world.queue_fault(action, "lostReply", skip, times).await;
            let what = format!("{action} {skip} {times}");
            let first = world.send().await;
            assert_eq!(first.status, 200, "{what}: {}", first.text);
            assert_eq!(world.send().await.expect(200).text, first.text, "{what}");
            world.ends_well(&what).await;
            world.usher.stop().await;
        }
    }
}

#[tokio::test]
async fn a_write_whose_reply_is_lost_is_found_by_the_next_request() {
    // After three lost replies the SDK gives up a call. The function then does not know whether the call began the run,
    // wrote the people or stored the answer.
    for (action, skip, status) in
        [("PutItem", 0, 503), ("TransactWriteItems", 0, 503), ("TransactWriteItems", 1, 200), ("UpdateItem", 1, 503)]
    {
        let world = World::new(3, &[]).await;
        world.queue_fault(action, "lostReply", skip, 3).await;
        let first = world.send().await;
        assert_eq!(first.status, status, "{action} {skip}: {}", first.text);
        world.usher.advance(SILENCE).await;
        world.ends_well(&format!("{action} {skip}")).await;
        world.usher.stop().await;
    }
}

#[tokio::test]
async fn rows_written_before_a_death_keep_their_results_also_if_the_people_changed_since() {
    let world = World::new(91, &[]).await;
    // The last transaction of the request waits until the first transaction is written, and then the function dies.
    world.queue_fault("TransactWriteItems", "InternalServerError", 2, 2).await;
    world.queue_fault("TransactWriteItems", "crash", 0, 1).await;
    world.send().await.expect(500);
    let team = world.usher.team(&world.ada.token).await;
    let invited: Vec<_> = team.iter().filter(|(_, status)| *status == "INVITED").map(|(email, _)| email).collect();
    // A person whom the first transaction invites joins before the other transactions are written.
    let joined = invited.first().expect("a transaction went through");
    let hash = world.usher.mail(joined, 1).await.hash();
    world.usher.sign_up_by_invitation(joined, &hash).await.expect(200);
    world.usher.advance(SILENCE).await;
    let answer = world.send().await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": 91 }));
    let token = world.usher.token(joined).await;
    assert_eq!(world.usher.role(&token, &world.workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn the_quota_that_a_dead_run_reserved_is_reserved_once_and_the_rest_given_back() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "100"), ("MAX_USERS_PER_REQUEST", "100")];
    let world = World::new(91, &parameters).await;
    let usher = &world.usher;
    let early = usher.address("p0");
    let invite = async |email: &str| {
        let body = json!({ "users": [{ "email": email, "role": "EDITOR" }] });
        usher.post_invitations(&world.ada.token, &world.workspace, body).await.row_statuses()
    };
    assert_eq!(invite(&early).await, ["invited"]);
    world.queue_fault("TransactWriteItems", "crash", 2, 1).await;
    world.send().await.expect(500);
    usher.clear_faults().await;
    usher.advance(SILENCE).await;
    let answer = world.send().await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": 90, "alreadyInvited": 1 }));
    // The requests so far have used 91 of the hundred invitations of the daily quota.
    for n in 0..9 {
        assert_eq!(invite(&usher.address(&format!("later{n}"))).await, ["invited"], "{n}");
    }
    assert_eq!(invite(&usher.address("last")).await, ["limited"]);
}
