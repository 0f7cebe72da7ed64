//! The controls by which a test changes the local stack: the stack's clock, faults, functions and counts of calls.
//! `docs/local-stack.md` describes the controls.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Endpoint, eventually,
    waiting::{eventually_within, wait_for_window},
};

/// The two functions that mail the items in the outbox. Chance decides which of the two functions takes an item first.
pub const DELIVERERS: [&str; 2] = ["deliver-invitations", "sweep-undelivered"];

/// One second more than a deliverer's lease on an item of the outbox, in seconds.
pub const LEASE: i64 = 301;

/// The longest time that a test waits until the event functions are idle. This time is long because a benchmark mails
/// many thousands of people.
const PATIENCE: Duration = Duration::from_mins(20);

/// The event functions count as idle if this many checks in a row find no event function at work. The checks for idle
/// event functions take half a second together, and a function that failed begins again in less time.
const LOOKS_WITHOUT_WORK: u32 = 20;

impl Endpoint {
    /// The present time of the local stack's clock.
    pub async fn now(&self) -> jiff::Timestamp {
        let clock = self.send("GET", "/_local/clock", None, None).await.expect(200).json();
        serde_json::from_value(clock["now"].clone()).expect("a time")
    }

    /// Moves the local stack's clock forward by the given seconds.
    pub async fn advance(&self, seconds: i64) {
        self.post_open("/_local/clock", json!({ "advanceSeconds": seconds })).await.expect(200);
    }

    /// Stops the local stack's clock at the given time, until a test moves the clock again.
    pub async fn stop_clock(&self, at: jiff::Timestamp) {
        self.post_open("/_local/clock", json!({ "stopAt": at })).await.expect(200);
    }

    /// Moves the local stack's clock to the beginning of the next window of the given seconds. A test that counts
    /// requests in a window would fail if its requests fell into two windows. If other tests use the service too, the
    /// test waits for the next window instead, unless a good part of this window is left.
    pub async fn begin_window(&self, seconds: i64) {
        if self.is_shared() {
            return wait_for_window(seconds).await;
        }
        let now = self.now().await;
        self.advance(seconds - now.as_second() % seconds).await;
    }

    /// Queues a fault that happens to a later AWS call of the functions.
    pub async fn queue_fault(&self, fault: Value) {
        let answer = self.post_open("/_local/faults", fault).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// The queued faults that have not happened to an AWS call yet.
    pub async fn faults_left(&self) -> Vec<Value> {
        let left = self.send("GET", "/_local/faults", None, None).await.expect(200).json();
        left["faults"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until fewer than `count` queued faults are left.
    pub async fn faults_below(&self, count: usize) {
        let look = async || (self.faults_left().await.len() < count).then_some(());
        eventually(&format!("fewer than {count} faults"), look).await;
    }

    /// Removes all queued faults, and lets all held calls continue.
    pub async fn clear_faults(&self) {
        let answer = self.send("DELETE", "/_local/faults", None, None).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// How often each function made each AWS call since the test last called [`Endpoint::forget_calls`].
    pub async fn calls(&self) -> Value {
        self.send("GET", "/_local/calls", None, None).await.expect(200).json()
    }

    /// Sets the counts of AWS calls to zero.
    pub async fn forget_calls(&self) {
        let answer = self.send("DELETE", "/_local/calls", None, None).await;
        assert!(answer.status.is_success());
    }

    /// Invokes the function with the given name, and returns the function's answer.
    pub async fn invoke(&self, function: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.post_open(&path, json!({})).await.expect(200).json()
    }

    /// Whether no event function is at work or has work waiting.
    async fn event_functions_rest(&self) -> bool {
        self.send("GET", "/_local/functions", None, None).await.expect(200).json()["underWay"] == 0
    }

    /// Waits until one check finds no event function at work.
    pub async fn event_functions_end(&self) {
        eventually("the event functions' end", async || self.event_functions_rest().await.then_some(())).await;
    }

    /// Waits until several checks in a row find no event function at work, so that no failed event function begins
    /// again later.
    pub async fn wait_until_idle(&self) {
        let mut looks = 0;
        eventually_within(PATIENCE, "idle event functions", async || {
            looks = if self.event_functions_rest().await { looks + 1 } else { 0 };
            (looks == LOOKS_WITHOUT_WORK).then_some(())
        })
        .await;
    }

    /// Sends all mails that are still to be sent. When no function that mails is at work, the clock moves past the end
    /// of all leases, and a sweep mails the items that are still in the outbox. An invitation whose mail isn't sent by
    /// this sweep never gets a mail.
    pub(crate) async fn sweep_all(&self) {
        self.wait_until_idle().await;
        self.advance(LEASE).await;
        self.invoke("sweep-undelivered").await;
        // The local stack sweeps the outbox by itself too, and the stack's own sweep may have taken the outbox items
        // first.
        self.wait_until_idle().await;
    }
}
