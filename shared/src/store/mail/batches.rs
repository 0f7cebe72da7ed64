//! What the rows of one inviting request have in common.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Result,
    domain::{Batch, BatchId},
    store::{Store, conditional_write::ConditionalWrite, keys},
};

/// Kept this long after the request: longer than any invitation lives.
const KEPT_SECONDS: i64 = 60 * 24 * 3600;

impl Store {
    /// Writes a batch.
    pub async fn put_batch(&self, batch: &Batch, now: Timestamp) -> Result<()> {
        let key = keys::batch(batch.id);
        let change = ConditionalWrite::put(&key, Perishable { batch, purge_at: now.as_second() + KEPT_SECONDS });
        self.write(change).await.map(|_| ())
    }

    /// A batch.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>> {
        self.get(&keys::batch(id)).await
    }
}

#[derive(Serialize)]
struct Perishable<'a> {
    #[serde(flatten)]
    batch: &'a Batch,
    purge_at: i64,
}
