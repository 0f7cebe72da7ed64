//! Trying again after a conflict.

use tokio::time::Duration;

use crate::store::Store;

/// How often a write that met a transaction is tried.
pub(super) const TRIES: u32 = 8;

impl Store {
    /// Waits before another try: full jitter, doubling from 20 ms.
    pub async fn pause(&self, attempt: u32) {
        let most = 20_u64 << attempt.min(6);
        tokio::time::sleep(Duration::from_millis(self.jitter(most))).await;
    }
}
