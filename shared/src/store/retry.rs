//! The wait between two attempts at a write that conflicted with a transaction.

use tokio::time::Duration;

use crate::store::Store;

/// The largest number of attempts to make a write that conflicts with transactions.
pub(super) const MAX_WRITE_ATTEMPTS: u32 = 8;

impl Store {
    /// Waits before the next attempt. The wait is random (full jitter). The upper limit of the random wait begins at 20
    /// ms, doubles with each attempt, and stays at 1.28 s from the seventh attempt on.
    pub async fn pause(&self, attempt: u32) {
        let max_milliseconds = 20_u64 << attempt.min(6);
        tokio::time::sleep(Duration::from_millis(self.jitter(max_milliseconds))).await;
    }
}
