//! Races: a test decides which of two requests is first, by holding an AWS call of the other one.

use std::pin::pin;

use futures::future::join_all;
use serde_json::json;

use crate::Endpoint;

/// An AWS call of a function, at which a race stops the function.
#[derive(Debug, Clone, Copy)]
pub struct HeldCall {
    function: &'static str,
    action: &'static str,
    point: &'static str,
    skip: u32,
}

impl HeldCall {
    /// The function's first call of this action, before it is executed.
    pub const fn before(function: &'static str, action: &'static str) -> Self {
        Self { function, action, point: "before", skip: 0 }
    }

    /// The function's first call of this action, after it was executed and before the function receives the reply.
    pub const fn after(function: &'static str, action: &'static str) -> Self {
        Self { function, action, point: "after", skip: 0 }
    }

    /// The transaction by which the function writes its decision, if it makes no other transaction.
    pub const fn write(function: &'static str) -> Self {
        Self::before(function, "dynamodb:TransactWriteItems")
    }

    /// The transaction after so many other ones, which pass.
    pub const fn write_after(function: &'static str, others: u32) -> Self {
        Self { skip: others, ..Self::write(function) }
    }
}

/// A hold in the local stack.
pub struct Hold<'a> {
    usher: &'a Endpoint,
    call: HeldCall,
    path: String,
}

impl Hold<'_> {
    /// Waits until all calls of the hold have stopped.
    ///
    /// # Panics
    /// If they do not come: the case that the test is about has not happened.
    pub async fn reached(&self) {
        let answer = self.usher.send("GET", &self.path, None, None).await;
        assert!(answer.status == 204, "{:?}: {}", self.call, answer.text);
    }

    /// Lets the held calls continue.
    pub async fn release(self) {
        self.usher.send("DELETE", &self.path, None, None).await.expect(204);
    }
}

impl Endpoint {
    /// Stops the next `times` calls like this one.
    pub async fn hold(&self, call: HeldCall, times: usize) -> Hold<'_> {
        let HeldCall { function, action, point, skip } = call;
        let hold = json!({
            "action": action, "function": function, "fault": "hold", "point": point, "skip": skip, "times": times,
        });
        let id = self.post_open("/_local/faults", hold).await.expect(201).json()["id"].clone();
        Hold { usher: self, call, path: format!("/_local/faults/{id}") }
    }

    /// Runs `winner` from its beginning to its end while `loser` is stopped at this call, and then lets `loser`
    /// continue. Returns both results.
    ///
    /// # Panics
    /// If `loser` ends without making the call: then the two were never in a race.
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

    /// Runs all requests until each of them is stopped at its call, and then lets all of them continue together.
    /// Returns their results in order.
    ///
    /// # Panics
    /// If one of them ends without making the call: then it was never in the race.
    pub async fn together<T>(
        &self,
        requests: impl IntoIterator<Item = impl Future<Output = T>>,
        stopped_at: HeldCall,
    ) -> Vec<T> {
        let requests: Vec<_> = requests.into_iter().collect();
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
