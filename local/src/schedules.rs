//! The scheduled work: the function `sweep-undelivered`, and the deletion of items whose TTL has passed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use functions::Operation;
use serde_json::json;
use shared::domain::Clock;
use tokio::sync::watch;

use crate::{dynamodb::Table, lambda::Functions};

/// The pause between two runs of scheduled work. The pause of scheduled work is short, so that a developer need not
/// wait.
const INTERVAL: Duration = Duration::from_secs(1);

/// Invokes `sweep-undelivered` again and again until `stopped` closes. Each run of `sweep-undelivered` ends before the
/// next run begins.
pub(crate) async fn sweep_outbox(functions: Arc<Functions>, mut stopped: watch::Receiver<()>) {
    while !pause(INTERVAL, &mut stopped).await {
        // A failed run of `sweep-undelivered` loses no mails: the next run finds the same mails in the outbox.
        if let Err(error) = Arc::clone(&functions).on_event(Operation::SweepUndelivered, json!({})).await {
            tracing::warn!(%error, "sweep-undelivered failed");
        }
    }
}

/// Deletes expired items until `stopped` closes. The pause between two deletions grows with the time that a deletion
/// takes: a large table is swept less often, so that the DynamoDB engine stays free for the functions. DynamoDB itself
/// takes days to delete an expired item.
pub(crate) async fn sweep_expired(table: Table, clock: Arc<dyn Clock>, mut stopped: watch::Receiver<()>) {
    let mut interval = INTERVAL;
    while !pause(interval, &mut stopped).await {
        let (table, now, begin) = (table.clone(), clock.now().as_second(), Instant::now());
        match tokio::task::spawn_blocking(move || table.sweep_expired(now)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "expired items can't be deleted"),
            Err(error) => tracing::error!(%error, "the deletion of expired items panicked"),
        }
        interval = INTERVAL.max(begin.elapsed() * 100);
    }
}

/// Waits until the given time is over or the stop signal comes. Returns whether the stop signal came.
async fn pause(time: Duration, stopped: &mut watch::Receiver<()>) -> bool {
    tokio::time::timeout(time, stopped.changed()).await.is_ok()
}
