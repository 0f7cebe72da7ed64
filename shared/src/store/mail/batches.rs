//! Batches: the data that the rows of one inviting request share.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Result,
    domain::{Batch, BatchId},
    store::{Store, conditional_write::ConditionalWrite, keys},
};

/// How long a batch is kept after its inviting request, in seconds. Every invitation expires before its batch is
/// deleted.
const RETENTION_SECONDS: i64 = 60 * 24 * 3600;

impl Store {
    /// Writes the batch of an inviting request.
    pub async fn put_batch(&self, batch: &Batch, now: Timestamp) -> Result<()> {
        let key = keys::batch(batch.id);
        let write = ConditionalWrite::put(&key, BatchItem { batch, purge_at: now.as_second() + RETENTION_SECONDS });
        self.write(write).await.map(|_| ())
    }

    /// Reads the batch of an inviting request.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>> {
        self.get(&keys::batch(id)).await
    }
}

/// The item of the table that stores a batch.
#[derive(Serialize)]
struct BatchItem<'a> {
    #[serde(flatten)]
    batch: &'a Batch,
    purge_at: i64,
}
