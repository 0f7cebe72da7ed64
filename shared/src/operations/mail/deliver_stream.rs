//! Delivering the outbox items that the table's stream reports.

use tokio::time::Instant;

use crate::{Usher, store::StreamBatch};

impl Usher {
    /// Delivers each new outbox item in a batch of the table's stream, as [`Usher::deliver`] does. Returns the sequence
    /// numbers of the stream's records whose outbox items could not be delivered, so that the stream delivers these
    /// records again.
    pub async fn deliver_stream(&self, batch: &StreamBatch, until: Instant) -> Vec<Option<String>> {
        let mut failed = Vec::new();
        for record in &batch.records {
            let Some(key) = record.queued_item() else { continue };
            if let Err(error) = self.deliver(&key, until).await {
                tracing::warn!(?error, "an item stays until its lease is over");
                failed.push(record.sequence_number());
            }
        }
        failed
    }
}
