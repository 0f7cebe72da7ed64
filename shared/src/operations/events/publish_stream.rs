//! Publishing domain events for the changes that the table's stream reports.

use crate::{
    Result, Usher,
    operations::TableChange,
    store::{StreamBatch, StreamRecord},
};

impl Usher {
    /// Publishes the domain events of the changes in a batch of the table's stream, as [`Usher::publish`] does. Returns
    /// the sequence numbers of the stream's records whose events weren't all published, so that the stream delivers
    /// these records again.
    ///
    /// # Errors
    /// The errors of [`Usher::publish`].
    pub async fn publish_stream(&self, batch: &StreamBatch) -> Result<Vec<Option<String>>> {
        let changes = batch.records.iter().filter_map(|record| change(record).map(|change| (record, change)));
        let (records, changes): (Vec<_>, Vec<_>) = changes.unzip();
        let unpublished = self.publish(&changes).await?;
        Ok(unpublished.into_iter().map(|index| records[index].sequence_number()).collect())
    }
}

/// The change of the table that a stream record reports, if domain events may derive from the change. The filters of
/// the function's event source let hardly any stream record through from which no event derives.
fn change(record: &StreamRecord) -> Option<TableChange> {
    if let Some((scope, old, new)) = record.person_change() {
        return Some(TableChange::Person { scope, old: old.map(Box::new), new: Box::new(new) });
    }
    record.purged_hash().map(TableChange::LinkPurged)
}
