//! Mails the outbox items that the table's stream reports as new.

use serde_json::Value;
use shared::{
    Usher,
    operations::{MAIL_TIME_BUDGET, StreamBatch},
};
use tokio::time::Instant;

use super::response::batch_response;

/// Delivers the mail of each new outbox item in the stream's batch. The response names the stream records that failed,
/// so that Lambda sends these records again.
pub(super) async fn handle(usher: &Usher, batch: &StreamBatch) -> Value {
    batch_response(usher.deliver_stream(batch, Instant::now() + MAIL_TIME_BUDGET).await)
}
