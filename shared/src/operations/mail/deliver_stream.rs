//! Delivering the outbox items that the table's stream reports.

use tokio::time::Instant;

use crate::{Usher, store::StreamBatch};

impl Usher {
    /// As [`Usher::deliver`], for each new outbox item in a batch of the stream. Returns the sequence numbers of the records
    /// that failed, so that the stream delivers them again.
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
