//! Waiting for something that happens by itself: a mail that is delivered, an event that is published, a program that
//! starts. Nothing else in the tests sleeps: the order of two requests is arranged by a hold, never by a pause.

use std::time::{Duration, Instant};

use crate::Endpoint;

/// The longest wait. What has not happened by then does not happen, and the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until there is something to see, and returns it.
///
/// # Panics
/// If there is nothing after a minute. The message names `what` was waited for.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain for {what}");
}

impl Endpoint {
    /// Whether no event function is at work or has work waiting.
    async fn event_functions_rest(&self) -> bool {
        self.send("GET", "/_local/functions", None, None).await.expect(200).json()["underWay"] == 0
    }

    /// Waits until no event function is at work.
    pub async fn event_functions_end(&self) {
        eventually("the event functions' end", async || self.event_functions_rest().await.then_some(())).await;
    }

    /// Waits until no event function is at work and none begins within half a second: a failed one begins again by then.
    /// The wait has no limit, because a benchmark mails many thousands.
    pub async fn wait_until_idle(&self) {
        let (moment, enough) = (Duration::from_millis(100), 5);
        let mut idle = 0;
        while idle < enough {
            tokio::time::sleep(moment).await;
            idle = if self.event_functions_rest().await { idle + 1 } else { 0 };
        }
    }
}
