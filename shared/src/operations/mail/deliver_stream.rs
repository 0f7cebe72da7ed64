//! Delivering the outbox items that the table's stream reports.

use tokio::time::Instant;

use crate::{Usher, operations::DeliveryOutcome, store::StreamBatch};

impl Usher {
    /// Delivers each new outbox item in a batch of the table's stream, as [`Usher::deliver`] does. If SES accepts no mail
    /// before `until`, the function leaves the following mails to people to the sweep. Letters are still delivered,
    /// because they need no sending time. Returns the sequence numbers of the stream's records whose outbox items could
    /// not be delivered, so that the stream delivers these records again.
    pub async fn deliver_stream(&self, batch: &StreamBatch, until: Instant) -> Vec<Option<String>> {
        let mut failed = Vec::new();
        let mut paused = false;
        for record in &batch.records {
            let Some(key) = record.queued_item() else { continue };
            if paused && !key.is_of_letter() {
                continue;
            }
            match self.deliver(&key, until).await {
                Ok(outcome) => paused |= outcome == DeliveryOutcome::Paused,
                Err(error) => {
                    tracing::warn!(?error, "an item stays until its lease is over");
                    failed.push(record.sequence_number());
                }
            }
        }
        failed
    }
}
