//! Publishing what the table's stream reports.

use crate::{
    Result, Usher,
    operations::TableChange,
    store::{StreamBatch, StreamRecord},
};

impl Usher {
    /// As [`Usher::publish`], for the changes in a batch of the stream. Returns the sequence numbers of the records that
    /// weren't wholly published, so that the stream delivers them again.
    ///
    /// # Errors
    /// As [`Usher::publish`].
    pub async fn publish_stream(&self, batch: &StreamBatch) -> Result<Vec<Option<String>>> {
        let changes = batch.records.iter().filter_map(|record| change(record).map(|change| (record, change)));
        let (records, changes): (Vec<_>, Vec<_>) = changes.unzip();
        let unpublished = self.publish(&changes).await?;
        Ok(unpublished.into_iter().map(|index| records[index].sequence_number()).collect())
    }
}

/// The change that may be published. The event source's filters let hardly anything else through.
fn change(record: &StreamRecord) -> Option<TableChange> {
    if let Some((scope, old, new)) = record.person_change() {
        return Some(TableChange::Person { scope, old: old.map(Box::new), new: Box::new(new) });
    }
    record.purged_hash().map(TableChange::LinkPurged)
}
