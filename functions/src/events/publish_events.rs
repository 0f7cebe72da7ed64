//! Publishes what happened to invitations and members, as the table's stream reports it.

use serde_json::Value;
use shared::{Usher, operations::StreamBatch};

use super::response::{batch_response, failed};

/// Publishes each change of the batch. The response names the records that failed, so that they come again.
pub(super) async fn handle(usher: &Usher, batch: &StreamBatch) -> Result<Value, lambda_runtime::Error> {
    Ok(batch_response(usher.publish_stream(batch).await.map_err(failed)?))
}
