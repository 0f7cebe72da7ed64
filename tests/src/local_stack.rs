//! The controls of the local stack: its clock, faults, functions and counts of calls. `docs/local-stack.md` describes them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Endpoint, eventually, waiting::eventually_within};

/// The functions that mail what is queued. Which of them is first is chance.
pub const DELIVERERS: [&str; 2] = ["deliver-invitations", "sweep-undelivered"];

/// One second more than a deliverer's lease on an item of the outbox, in seconds.
pub const LEASE: i64 = 301;

/// The longest wait for the event functions: a benchmark mails many thousands.
const PATIENCE: Duration = Duration::from_mins(20);

/// Event functions count as idle when so many looks in a row find none at work. That takes half a second, by which time a
/// failed function has begun again.
const LOOKS_WITHOUT_WORK: u32 = 20;

impl Endpoint {
    /// The time of the stack's clock.
    pub async fn now(&self) -> jiff::Timestamp {
        let clock = self.send("GET", "/_local/clock", None, None).await.expect(200).json();
        serde_json::from_value(clock["now"].clone()).expect("a time")
    }

    /// Moves the stack's clock.
    pub async fn advance(&self, seconds: i64) {
        self.post_open("/_local/clock", json!({ "advanceSeconds": seconds })).await.expect(200);
    }

    /// Stops the stack's clock at this moment, until it is moved again.
    pub async fn stop_clock(&self, at: jiff::Timestamp) {
        self.post_open("/_local/clock", json!({ "stopAt": at })).await.expect(200);
    }

    /// Moves the stack's clock to the beginning of the next window of so many seconds. A test that counts within a window
    /// would fail where its requests straddle two.
    pub async fn begin_window(&self, seconds: i64) {
        let now = self.now().await;
        self.advance(seconds - now.as_second() % seconds).await;
    }

    /// Queues a fault of the functions' calls.
    pub async fn queue_fault(&self, fault: Value) {
        let answer = self.post_open("/_local/faults", fault).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// The faults that have not happened yet.
    pub async fn faults_left(&self) -> Vec<Value> {
        let left = self.send("GET", "/_local/faults", None, None).await.expect(200).json();
        left["faults"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until fewer than `count` faults are left.
    pub async fn faults_below(&self, count: usize) {
        let look = async || (self.faults_left().await.len() < count).then_some(());
        eventually(&format!("fewer than {count} faults"), look).await;
    }

    /// Takes all faults back, and releases all held calls.
    pub async fn clear_faults(&self) {
        let answer = self.send("DELETE", "/_local/faults", None, None).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// How often each function made each call since the last [`Endpoint::forget_calls`].
    pub async fn calls(&self) -> Value {
        self.send("GET", "/_local/calls", None, None).await.expect(200).json()
    }

    /// Counts the calls from zero again.
    pub async fn forget_calls(&self) {
        let answer = self.send("DELETE", "/_local/calls", None, None).await;
        assert!(answer.status.is_success());
    }

    /// Invokes the function of this name, and returns its answer.
    pub async fn invoke(&self, function: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.post_open(&path, json!({})).await.expect(200).json()
    }

    /// Whether no event function is at work or has work waiting.
    async fn event_functions_rest(&self) -> bool {
        self.send("GET", "/_local/functions", None, None).await.expect(200).json()["underWay"] == 0
    }

    /// Waits until no event function is at work.
    pub async fn event_functions_end(&self) {
        eventually("the event functions' end", async || self.event_functions_rest().await.then_some(())).await;
    }

    /// Waits until no event function is at work and none begins again.
    pub async fn wait_until_idle(&self) {
        let mut looks = 0;
        eventually_within(PATIENCE, "idle event functions", async || {
            looks = if self.event_functions_rest().await { looks + 1 } else { 0 };
            (looks == LOOKS_WITHOUT_WORK).then_some(())
        })
        .await;
    }

    /// Mails everything that is still to be mailed. All leases end when no deliverer is at work, and a sweep finds the rest.
    /// An invitation that has no mail after this never gets one.
    pub async fn mail_all(&self) {
        self.wait_until_idle().await;
        self.advance(LEASE).await;
        self.invoke("sweep-undelivered").await;
        // The stack's own sweep may have been first.
        self.wait_until_idle().await;
    }
}
