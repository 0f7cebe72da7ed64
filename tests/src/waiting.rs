//! Waiting for something that happens by itself: a mail that is delivered, an event that is published, a program that
//! starts. Nothing else in the tests sleeps: the order of two requests is arranged by a hold, never by a pause.

use std::time::{Duration, Instant};

/// The longest wait. What has not happened by then does not happen, and the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until there is something to see, and returns it.
///
/// # Panics
/// If there is nothing after a minute. The message names `what` was waited for.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// As [`eventually`], but waits as long as `patience`.
pub(crate) async fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    while began.elapsed() < patience {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain for {what}");
}
