//! The table's stream, pumped to the functions as Lambda's event source mapping does it.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::event::streams::DynamoDbEventResponse;
use dynoxide::{
    AttributeValue, DynoxideError,
    actions::{
        get_records::{GetRecordsRequest, Record},
        get_shard_iterator::GetShardIteratorRequest,
        list_streams::ListStreamsRequest,
    },
};
use functions::Operation;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::{
    dynamodb::{Table, request},
    lambda::Functions,
};

/// How often the stream is read.
const POLL: Duration = Duration::from_millis(100);

/// The most records of one read.
const PAGE: usize = 250;

/// How often a failed record is tried again before it is given up: mail is left to the schedule, an event is lost.
const RETRIES: u32 = 3;

/// One of the stream's event source mappings, as in `template.yaml`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mapping {
    operation: Operation,
    /// The records of one invocation.
    batch: usize,
    /// So many batches wait for the function before the stream is read on.
    pub(crate) waiting: usize,
    /// The filter.
    takes: fn(&Record) -> bool,
}

/// What is put into the outbox, to be mailed, and what happens to people, to be told.
pub(crate) const MAPPINGS: [Mapping; 2] = [
    Mapping { operation: Operation::DeliverInvitations, batch: 10, waiting: 100, takes: is_queued_mail },
    Mapping { operation: Operation::PublishEvents, batch: 100, waiting: 10, takes: is_of_a_person },
];

/// Records for one invocation. As events they would take several times the memory, so they become that when it is their
/// turn.
type Batch = Vec<Arc<Record>>;

/// A mapping and where its batches wait for [`deliver`].
pub(crate) type Queue = (Mapping, mpsc::Sender<Batch>);

/// A place in the table's stream.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    table: Table,
    pub(crate) arn: Arc<str>,
    iterator: String,
    /// Whether the last read left something.
    behind: bool,
}

impl Stream {
    /// The stream from now on. What was queued before is the schedule's to find.
    pub(crate) fn open(table: Table) -> Result<Self, DynoxideError> {
        let streams =
            table.database.list_streams(request::<ListStreamsRequest>(json!({"TableName": &*table.name}))?)?;
        let arn = streams.streams.into_iter().next().map(|stream| stream.stream_arn).ok_or_else(|| {
            DynoxideError::ResourceNotFoundException(format!("the table {} has no stream", table.name))
        })?;
        let described = table.database.describe_stream(request(json!({"StreamArn": arn}))?)?.stream_description;
        let shard = described.shards.into_iter().next().map(|shard| shard.shard_id).unwrap_or_default();
        let latest = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST"});
        let iterator = table.database.get_shard_iterator(request::<GetShardIteratorRequest>(latest)?)?.shard_iterator;
        Ok(Self { table, arn: arn.into(), iterator: iterator.unwrap_or_default(), behind: false })
    }

    /// The records since the last read.
    pub(crate) fn read(&mut self) -> Result<Vec<Arc<Record>>, DynoxideError> {
        let read = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(PAGE) };
        let page = self.table.database.get_records(read)?;
        self.behind = page.records.len() == PAGE;
        if let Some(next) = page.next_shard_iterator {
            self.iterator = next;
        }
        Ok(page.records.into_iter().map(Arc::new).collect())
    }
}

impl Mapping {
    /// What it takes of these.
    pub(crate) fn of(&self, records: &[Arc<Record>]) -> Batch {
        records.iter().filter(|record| (self.takes)(record)).cloned().collect()
    }
}

/// A stream's record as a function gets it.
pub(crate) fn event_record(stream: &str, record: &Record) -> Value {
    let mut record = json!(record);
    record["eventSourceARN"] = json!(stream);
    let pk = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap_or_default();
    if record["eventName"] == "REMOVE" && pk.starts_with("H#") {
        // The engine doesn't know that the stack's sweep is what TTL is.
        record["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    }
    record
}

/// Inserts of items whose partition key begins with `Q#`.
fn is_queued_mail(record: &Record) -> bool {
    let partition = record.dynamodb.keys.get("pk");
    record.event_name == "INSERT" && matches!(partition, Some(AttributeValue::S(key)) if key.starts_with("Q#"))
}

/// Writes of people's records, and the removal of what links are looked up by, which only TTL does.
fn is_of_a_person(record: &Record) -> bool {
    let (keys, new) = (&record.dynamodb.keys, record.dynamodb.new_image.as_ref());
    match record.event_name.as_str() {
        "REMOVE" => matches!(keys.get("pk"), Some(AttributeValue::S(key)) if key.starts_with("H#")),
        _ => new.is_some_and(|image| image.contains_key("person_id")),
    }
}

/// Reads the stream into the mappings' queues until `stopped` closes.
pub(crate) async fn pump(mut stream: Stream, queues: [Queue; MAPPINGS.len()], mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(if stream.behind { Duration::ZERO } else { POLL }) => {}
        }
        let mut reader = stream.clone();
        let read = tokio::task::spawn_blocking(move || (reader.read(), reader)).await;
        match read {
            Ok((Ok(records), reader)) => {
                stream = reader;
                for (mapping, queue) in &queues {
                    for batch in mapping.of(&records).chunks(mapping.batch) {
                        // Fails only where the stack stops and doesn't wait any longer.
                        drop(queue.send(batch.to_vec()).await);
                    }
                }
            }
            Ok((Err(error), _)) => tracing::error!(%error, "the stream can't be read"),
            Err(error) => tracing::error!(%error, "the stream's reader crashed"),
        }
    }
}

/// Hands a mapping's batches of a stream to its function, one after the other, until the last that [`pump`] read.
pub(crate) async fn deliver(
    mapping: Mapping,
    stream: Arc<str>,
    mut queued: mpsc::Receiver<Batch>,
    functions: Arc<Functions>,
) {
    while let Some(batch) = queued.recv().await {
        let records = batch.iter().map(|record| event_record(&stream, record)).collect();
        drop(batch);
        invoke(&functions, mapping.operation, records).await;
    }
}

/// Invokes the function, again for those records that it reports as failed.
async fn invoke(functions: &Arc<Functions>, operation: Operation, mut records: Vec<Value>) {
    for attempt in 0..=RETRIES {
        tokio::time::sleep(POLL * attempt).await;
        let event = json!({ "Records": records });
        let answer = Arc::clone(functions).on_event(operation, event).await;
        if let Some(response) = answer.ok().and_then(|answer| request::<DynamoDbEventResponse>(answer).ok()) {
            let failed = response.batch_item_failures.into_iter().map(|failure| failure.item_identifier);
            retain_failed(&mut records, &failed.collect::<Vec<_>>());
        }
        if records.is_empty() {
            return;
        }
    }
    tracing::warn!(records = records.len(), function = operation.name(), "records of the stream are given up");
}

/// Keeps the records that are reported by their sequence numbers; an empty identifier means all of them.
fn retain_failed(records: &mut Vec<Value>, failed: &[Option<String>]) {
    if failed.iter().any(|id| id.as_deref().is_none_or(str::is_empty)) {
        return;
    }
    let is_failed = |number: &str| failed.iter().flatten().any(|id| id == number);
    records.retain(|record| record["dynamodb"]["SequenceNumber"].as_str().is_some_and(is_failed));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(numbers: &[&str]) -> Vec<Value> {
        numbers.iter().map(|number| json!({ "dynamodb": { "SequenceNumber": number } })).collect()
    }

    #[test]
    fn only_the_records_reported_as_failed_are_tried_again() {
        let mut left = records(&["1", "2", "3"]);
        retain_failed(&mut left, &[Some("2".to_owned())]);
        assert_eq!(left, records(&["2"]));
        retain_failed(&mut left, &[]);
        assert!(left.is_empty());
    }

    #[test]
    fn a_failure_without_a_number_means_all() {
        for failed in [None, Some(String::new())] {
            let mut left = records(&["1", "2"]);
            retain_failed(&mut left, &[failed]);
            assert_eq!(left.len(), 2);
        }
    }
}
