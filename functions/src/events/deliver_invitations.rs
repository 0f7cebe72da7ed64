//! Mails what the table's stream reports as queued.

use serde_json::Value;
use shared::{
    Usher,
    operations::{MAIL_TIME_BUDGET, StreamBatch},
};
use tokio::time::Instant;

use super::response::batch_response;

/// Delivers each new outbox item of the batch. The response names the records that failed, so that they come again.
pub(super) async fn handle(usher: &Usher, batch: &StreamBatch) -> Value {
    batch_response(usher.deliver_stream(batch, Instant::now() + MAIL_TIME_BUDGET).await)
}
