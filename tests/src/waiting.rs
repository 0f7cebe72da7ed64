//! Waiting for something that happens by itself: a mail that is delivered, an event that is published, or a program
//! that starts. Tests sleep only in the functions of this file: if the order of two requests matters, a test holds a
//! request and doesn't pause.

use std::time::{Duration, Instant};

use shared::domain::{Clock, SystemClock};

/// The longest time that a test waits. If what the test waits for hasn't happened after this time, the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two checks of whether the awaited thing has happened.
const PAUSE: Duration = Duration::from_millis(25);

/// Calls `look` again and again until `look` returns a value, and returns the value.
///
/// # Panics
/// The function panics if `look` has returned no value after a minute. The message of the panic says what the test
/// waited for.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// Does the same as [`eventually`], but waits at most as long as `patience`.
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

/// Waits until at least two thirds of a window of the given seconds are left, or two minutes of a long window.
pub(crate) async fn wait_for_window(seconds: i64) {
    let left = seconds - SystemClock.now().as_second() % seconds;
    if left < (seconds * 2 / 3).min(120) {
        tokio::time::sleep(Duration::from_secs(left.unsigned_abs())).await;
    }
}
