//! Mails what the table's stream says was queued.

use aws_lambda_events::event::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use serde_dynamo::AttributeValue;
use serde_json::Value;
use shared::{Usher, operations::BUDGET, store::Key};
use tokio::time::Instant;

use crate::StartError;

/// Delivers each outbox item that the event tells of. A record that fails is named in the answer and comes again.
pub(super) async fn handle(usher: &Usher, event: Event) -> Result<Value, StartError> {
    let until = Instant::now() + BUDGET;
    let mut response = DynamoDbEventResponse::default();
    for record in &event.records {
        let Some(key) = outbox_key(record) else { continue };
        if let Err(error) = usher.deliver(&key, until).await {
            tracing::warn!(?error, "an item stays until its lease is over");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier.clone_from(&record.change.sequence_number);
            response.batch_item_failures.push(failure);
        }
    }
    Ok(serde_json::to_value(response)?)
}

/// The key of a new outbox item. The event source's filter lets nothing else through; what it lets through all the
/// same is ignored.
fn outbox_key(record: &EventRecord) -> Option<Key> {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    let (pk, sk) = (text("pk")?, text("sk")?);
    (record.event_name == "INSERT" && pk.starts_with("Q#")).then(|| Key::from_parts(pk, sk))
}
