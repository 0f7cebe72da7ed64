//! Lambda's event source mappings: the local stack reads the table's stream and invokes the functions with the stream's
//! records.

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

/// The time between two reads of the table's stream.
const POLL: Duration = Duration::from_millis(100);

/// How many stream records one read of the table's stream returns at most.
const MAX_RECORDS: usize = 250;

/// How often a failed record is retried. If the last retry of a stream record fails too, `sweep-undelivered` still
/// finds the record's mail, but the record's event is lost.
const RETRIES: u32 = 3;

/// One of the event source mappings in `template.yaml`: which records invoke which function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventSourceMapping {
    operation: Operation,
    /// How many stream records one invocation of the function gets at most.
    batch: usize,
    /// How many batches may wait for the function. While the queue of batches is full, the stream isn't read.
    pub(crate) waiting: usize,
    /// Whether the filter of the event source mapping accepts a stream record.
    accepts: fn(&Record) -> bool,
}

/// One mapping delivers new outbox items, and the other mapping publishes changes of people's records as events.
pub(crate) const MAPPINGS: [EventSourceMapping; 2] = [
    EventSourceMapping { operation: Operation::DeliverInvitations, batch: 10, waiting: 100, accepts: is_queued_mail },
    EventSourceMapping { operation: Operation::PublishEvents, batch: 100, waiting: 10, accepts: is_person_change },
];

/// The stream records of one invocation. Stream records are converted to the function's event only when the function is
/// invoked, because an event takes several times as much memory as its records.
type Batch = Vec<Arc<Record>>;

/// An event source mapping, and the queue from which [`deliver`] takes the batches of the mapping.
pub(crate) type MappingQueue = (EventSourceMapping, mpsc::Sender<Batch>);

/// A position in the table's stream.
#[derive(Debug, Clone)]
pub(crate) struct TableStream {
    table: Table,
    pub(crate) arn: Arc<str>,
    iterator: String,
    /// Whether the last read of the stream returned a full page, so that more stream records wait.
    behind: bool,
}

impl TableStream {
    /// Opens the table's stream at its end. `sweep-undelivered` finds the mails that were queued before the stream was
    /// opened.
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

    /// Reads the stream records that were written after the last read.
    pub(crate) fn read(&mut self) -> Result<Vec<Arc<Record>>, DynoxideError> {
        let read = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(MAX_RECORDS) };
        let page = self.table.database.get_records(read)?;
        self.behind = page.records.len() == MAX_RECORDS;
        if let Some(next) = page.next_shard_iterator {
            self.iterator = next;
        }
        Ok(page.records.into_iter().map(Arc::new).collect())
    }
}

impl EventSourceMapping {
    /// The stream records that the filter of the event source mapping accepts.
    pub(crate) fn accepted(&self, records: &[Arc<Record>]) -> Batch {
        records.iter().filter(|record| (self.accepts)(record)).cloned().collect()
    }
}

/// The stream record in the form in which Lambda puts the record into a function's event.
pub(crate) fn event_record(stream: &str, record: &Record) -> Value {
    let mut record = json!(record);
    record["eventSourceARN"] = json!(stream);
    let pk = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap_or_default();
    if record["eventName"] == "REMOVE" && pk.starts_with("H#") {
        // The local stack deletes expired items itself, so the embedded DynamoDB engine doesn't mark the removal of an
        // expired item as a removal by TTL.
        record["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    }
    record
}

/// Whether the stream record is the insert of an outbox item, whose partition key begins with `Q#`.
fn is_queued_mail(record: &Record) -> bool {
    let partition = record.dynamodb.keys.get("pk");
    record.event_name == "INSERT" && matches!(partition, Some(AttributeValue::S(key)) if key.starts_with("Q#"))
}

/// Whether the stream record is a write of a person's record, or the removal of a hash's item, which only TTL removes.
fn is_person_change(record: &Record) -> bool {
    let (keys, new) = (&record.dynamodb.keys, record.dynamodb.new_image.as_ref());
    match record.event_name.as_str() {
        "REMOVE" => matches!(keys.get("pk"), Some(AttributeValue::S(key)) if key.starts_with("H#")),
        _ => new.is_some_and(|image| image.contains_key("person_id")),
    }
}

/// Reads the table's stream and puts the stream records into the queues of the event source mappings until `stopped`
/// closes.
pub(crate) async fn pump(
    mut stream: TableStream,
    queues: [MappingQueue; MAPPINGS.len()],
    mut stopped: watch::Receiver<()>,
) {
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
                    enqueue(*mapping, queue, &records).await;
                }
            }
            Ok((Err(error), _)) => tracing::error!(%error, "the stream can't be read"),
            Err(error) => tracing::error!(%error, "the stream's reader panicked"),
        }
    }
}

/// Puts the stream records that an event source mapping accepts into the mapping's queue, in batches.
async fn enqueue(mapping: EventSourceMapping, queue: &mpsc::Sender<Batch>, records: &[Arc<Record>]) {
    for batch in mapping.accepted(records).chunks(mapping.batch) {
        // Sending a batch to the queue fails only after the local stack has aborted `deliver`.
        drop(queue.send(batch.to_vec()).await);
    }
}

/// Invokes a mapping's function with one batch after the other, until [`pump`] has ended and the queue is empty.
pub(crate) async fn deliver(
    mapping: EventSourceMapping,
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

/// Invokes the function with records of the table's stream, and invokes the function again with the records that the
/// function reports as failed.
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
    tracing::warn!(
        records = records.len(),
        function = operation.name(),
        "the function failed too often with these stream records"
    );
}

/// Keeps the records whose sequence numbers are reported as failed. A report with a missing or empty sequence number
/// means that all records failed.
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
    fn only_the_records_reported_as_failed_are_retried() {
        let mut left = records(&["1", "2", "3"]);
        retain_failed(&mut left, &[Some("2".to_owned())]);
        assert_eq!(left, records(&["2"]));
        retain_failed(&mut left, &[]);
        assert!(left.is_empty());
    }

    #[test]
    fn a_failure_without_a_number_means_all_records() {
        for failed in [None, Some(String::new())] {
            let mut left = records(&["1", "2"]);
            retain_failed(&mut left, &[failed]);
            assert_eq!(left.len(), 2);
        }
    }
}
