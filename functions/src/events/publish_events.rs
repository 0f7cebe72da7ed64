//! Publishes an event for each change of an invitation or a member that the table's stream reports.

use serde_json::Value;
use shared::{Usher, operations::StreamBatch};

use super::response::{batch_response, failed};

/// Publishes an event for each change in the stream's batch. The response names the stream records that failed, so that
/// Lambda sends these records again.
pub(super) async fn handle(usher: &Usher, batch: &StreamBatch) -> Result<Value, lambda_runtime::Error> {
    Ok(batch_response(usher.publish_stream(batch).await.map_err(failed)?))
}
