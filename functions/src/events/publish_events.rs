//! ResultDetail others what happened to invitations and members, as the table's stream says.

use aws_lambda_events::event::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use serde_dynamo::AttributeValue;
use serde_json::Value;
use shared::{Usher, domain::Person, operations::TableChange, store::Key};

use crate::StartError;

/// ResultDetail of each change. A record that wasn't told is named in the answer and comes again.
pub(super) async fn handle(usher: &Usher, event: Event) -> Result<Value, StartError> {
    let (records, changes): (Vec<_>, Vec<_>) =
        event.records.into_iter().filter_map(|record| change(&record).map(|change| (record, change))).unzip();
    let untold = usher.publish(&changes).await.map_err(super::failed)?;
    let mut response = DynamoDbEventResponse::default();
    for place in untold {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.clone_from(&records[place].change.sequence_number);
        response.batch_item_failures.push(failure);
    }
    Ok(serde_json::to_value(response)?)
}

/// The change, if it is one of those that others may hear of. The event source's filters let hardly anything else
/// through; what they let through all the same is ignored.
fn change(record: &EventRecord) -> Option<TableChange> {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    let (pk, sk) = (text("pk")?, text("sk")?);
    match record.event_name.as_str() {
        "INSERT" | "MODIFY" => {
            let of = Key::from_parts(pk, sk).scope()?;
            let old = serde_dynamo::from_item::<_, Person>(record.change.old_image.clone()).ok();
            let new = serde_dynamo::from_item::<_, Person>(record.change.new_image.clone()).ok()?;
            Some(TableChange::Person { of, old: old.map(Box::new), new: Box::new(new) })
        }
        // Nobody but TTL removes these.
        "REMOVE" if pk.starts_with("H#") => {
            serde_dynamo::from_item(record.change.old_image.clone()).ok().map(TableChange::LinkPurged)
        }
        _ => None,
    }
}
