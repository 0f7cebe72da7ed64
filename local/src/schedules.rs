//! What happens on its own: the sweep of what was left in the outbox, and the deletion of expired items.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use functions::Operation;
use serde_json::json;
use shared::domain::Clock;
use tokio::sync::watch;

use crate::{dynamodb::Table, lambda::Functions};

/// Often enough that nobody waits.
const EVERY: Duration = Duration::from_secs(1);

/// Runs the schedule of `sweep-undelivered` until `stopped` closes. Each run ends before the next begins.
pub(crate) async fn sweep_outbox(functions: Arc<Functions>, mut stopped: watch::Receiver<()>) {
    while !pause(EVERY, &mut stopped).await {
        // What fails is logged, and the next run finds the same.
        if let Err(error) = Arc::clone(&functions).on_event(Operation::SweepUndelivered, json!({})).await {
            tracing::warn!(%error, "the sweep failed");
        }
    }
}

/// Deletes expired items until `stopped` closes. DynamoDB takes days for it; so a large table is swept less often,
/// to keep the engine free for the functions.
pub(crate) async fn sweep_expired(table: Table, clock: Arc<dyn Clock>, mut stopped: watch::Receiver<()>) {
    let mut rest = EVERY;
    while !pause(rest, &mut stopped).await {
        let (table, now, begin) = (table.clone(), clock.now().as_second(), Instant::now());
        match tokio::task::spawn_blocking(move || table.sweep_expired(now)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "expired items can't be deleted"),
            Err(error) => tracing::error!(%error, "the sweep of expired items crashed"),
        }
        rest = EVERY.max(begin.elapsed() * 100);
    }
}

/// Waits, and tells whether the stack was stopped meanwhile.
async fn pause(time: Duration, stopped: &mut watch::Receiver<()>) -> bool {
    tokio::time::timeout(time, stopped.changed()).await.is_ok()
}
