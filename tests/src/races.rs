//! Races between two requests. A test decides which request is first by holding an AWS call of the other request.

use std::pin::pin;

use futures::future::join_all;
use serde_json::json;

use crate::Endpoint;

/// An AWS call of a function. In a race, the test stops a function at one of the function's AWS calls.
#[derive(Debug, Clone, Copy)]
pub struct HeldCall {
    function: &'static str,
    action: &'static str,
    point: &'static str,
    skip: u32,
}

impl HeldCall {
    /// The function's first AWS call of the given action. A race stops the function before the call is executed.
    pub const fn before(function: &'static str, action: &'static str) -> Self {
        Self { function, action, point: "before", skip: 0 }
    }

    /// The function's first AWS call of the given action. A race stops the function after the call is executed and
    /// before the function receives the reply.
    pub const fn after(function: &'static str, action: &'static str) -> Self {
        Self { function, action, point: "after", skip: 0 }
    }

    /// The first transaction that the function writes. If the function writes only one transaction, this transaction
    /// writes the function's decision.
    pub const fn write(function: &'static str) -> Self {
        Self::before(function, "dynamodb:TransactWriteItems")
    }

    /// The transaction that the function writes after `others` other transactions. A race doesn't stop the function at
    /// the other transactions.
    pub const fn write_after(function: &'static str, others: u32) -> Self {
        Self::write(function).past(others)
    }

    /// The function's call that comes after `others` other calls of the same action. A race doesn't stop the function
    /// at the other calls.
    #[must_use]
    pub const fn past(self, others: u32) -> Self {
        Self { skip: others, ..self }
    }
}

/// A hold: a fault in the local stack that stops AWS calls until a test releases them.
pub struct Hold<'a> {
    usher: &'a Endpoint,
    call: HeldCall,
    path: String,
}

impl Hold<'_> {
    /// Waits until the hold has stopped all its calls.
    ///
    /// # Panics
    /// The method panics if the functions don't make the held calls, because the race that the test is about hasn't
    /// happened then.
    pub async fn reached(&self) {
        let answer = self.usher.send("GET", &self.path, None, None).await;
        assert!(answer.status == 204, "{:?}: {}", self.call, answer.text);
    }

    /// Lets the stopped calls continue.
    pub async fn release(self) {
        self.usher.send("DELETE", &self.path, None, None).await.expect(204);
    }
}

impl Endpoint {
    /// Makes the local stack stop the next `times` AWS calls that are like the given call.
    pub async fn hold(&self, call: HeldCall, times: usize) -> Hold<'_> {
        let HeldCall { function, action, point, skip } = call;
        let hold = json!({
            "action": action, "function": function, "fault": "hold", "point": point, "skip": skip, "times": times,
        });
        let id = self.post_open("/_local/faults", hold).await.expect(201).json()["id"].clone();
        Hold { usher: self, call, path: format!("/_local/faults/{id}") }
    }

    /// Runs the request `winner` to its end while the request `loser` is stopped at the given call. After `winner` has
    /// ended, the request `loser` continues. The function returns the results of both requests.
    ///
    /// # Panics
    /// The function panics if `loser` ends without making the given call, because the two requests were never in a race
    /// then.
    pub async fn overtake<W, L>(
        &self,
        winner: impl Future<Output = W>,
        loser: impl Future<Output = L>,
        stopped_at: HeldCall,
    ) -> (W, L) {
        let hold = self.hold(stopped_at, 1).await;
        let mut loser = pin!(loser);
        tokio::select! {
            biased;
            _ = &mut loser => panic!("the request ended without {stopped_at:?}"),
            () = hold.reached() => {}
        }
        let won = winner.await;
        hold.release().await;
        (won, loser.await)
    }

    /// Starts all requests, waits until each request is stopped at its call, and then lets all requests continue
    /// together. Returns the results in the order of the requests. If other tests use the service too, nothing can be
    /// stopped, and the requests run at the same time as they come.
    ///
    /// # Panics
    /// The function panics if the requests end without making the given call, because the requests were never in a race
    /// then.
    pub async fn together<T>(
        &self,
        requests: impl IntoIterator<Item = impl Future<Output = T>>,
        stopped_at: HeldCall,
    ) -> Vec<T> {
        let requests: Vec<_> = requests.into_iter().collect();
        if self.is_shared() {
            return join_all(requests).await;
        }
        let hold = self.hold(stopped_at, requests.len()).await;
        let mut all = pin!(join_all(requests));
        tokio::select! {
            biased;
            _ = &mut all => panic!("the requests ended without {stopped_at:?}"),
            () = hold.reached() => {}
        }
        hold.release().await;
        all.await
    }
}
