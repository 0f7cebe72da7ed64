//! Lambda's event source mappings: read the table's stream and invoke the functions with its records. The engine's stream
//! is one shard. The stack divides it into as many shards as its options say, and each shard has its own invocation of
//! each function, as on Lambda.

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

/// One of the event source mappings in `template.yaml`: which records invoke which function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventSourceMapping {
    operation: Operation,
    /// How many stream records one invocation of the function gets at most.
    batch: usize,
    /// How often a failed record is retried. If the last retry fails too, the record is given up: `sweep-undelivered`
    /// still finds a mail of the record, but an event of the record is lost.
    retries: u32,
    /// How many batches may wait for the function. While the queue is full, the stream isn't read.
    pub(crate) waiting: usize,
    /// Whether the filter of the event source mapping accepts a stream record.
    accepts: fn(&Record) -> bool,
}

/// New outbox items are delivered; changes of people's records are published as events. The batches and retries are those
/// of `template.yaml`.
pub(crate) const MAPPINGS: [EventSourceMapping; 2] = [
    EventSourceMapping {
        operation: Operation::DeliverInvitations,
        batch: 10,
        retries: 3,
        waiting: 100,
        accepts: is_queued_mail,
    },
    EventSourceMapping {
        operation: Operation::PublishEvents,
        batch: 100,
        retries: 10,
        waiting: 10,
        accepts: is_person_change,
    },
];

/// The stream records of one invocation. Stream records are converted to the function's event only when the function is
/// invoked, because an event takes several times as much memory as its records.
type Batch = Vec<Arc<Record>>;

/// An event source mapping, and for each shard of the stream the queue from which [`deliver`] takes the shard's batches.
pub(crate) type MappingQueues = (EventSourceMapping, Vec<mpsc::Sender<Batch>>);

/// A shard of the table's stream, as [`deliver`] reads it for one mapping.
pub(crate) struct Shard {
    pub(crate) mapping: EventSourceMapping,
    pub(crate) number: usize,
    pub(crate) stream: Arc<str>,
    pub(crate) queued: mpsc::Receiver<Batch>,
}

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
    /// The records of each shard that the mapping's filter accepts.
    pub(crate) fn accepted(&self, records: &[Arc<Record>], shards: usize) -> Vec<Batch> {
        let mut accepted = vec![Batch::new(); shards];
        for record in records.iter().filter(|record| (self.accepts)(record)) {
            accepted[shard_of(partition(record), shards)].push(record.clone());
        }
        accepted
    }
}

/// The partition key of the record's item.
fn partition(record: &Record) -> &str {
    match record.dynamodb.keys.get("pk") {
        Some(AttributeValue::S(partition)) => partition,
        _ => "",
    }
}

/// The shard that has the records of a partition. The items of a partition share a shard, so the records of each item
/// keep their order.
fn shard_of(partition: &str, shards: usize) -> usize {
    partition.bytes().fold(0_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % shards
}

/// The record as Lambda puts it into a function's event.
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
    record.event_name == "INSERT" && partition(record).starts_with("Q#")
}

/// Whether the stream record is a write of a person's record, or the removal of a hash's item, which only TTL removes.
fn is_person_change(record: &Record) -> bool {
    match record.event_name.as_str() {
        "REMOVE" => partition(record).starts_with("H#"),
        _ => record.dynamodb.new_image.as_ref().is_some_and(|image| image.contains_key("person_id")),
    }
}

/// Reads the table's stream and puts the stream records into the queues of the event source mappings until `stopped`
/// closes.
pub(crate) async fn pump(
    mut stream: TableStream,
    queues: [MappingQueues; MAPPINGS.len()],
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
                for (mapping, shards) in &queues {
                    enqueue(*mapping, shards, &records).await;
                }
            }
            Ok((Err(error), _)) => tracing::error!(%error, "the stream can't be read"),
            Err(error) => tracing::error!(%error, "the stream's reader panicked"),
        }
    }
}

/// Puts the records that the mapping accepts into the queues of their shards, in batches.
async fn enqueue(mapping: EventSourceMapping, shards: &[mpsc::Sender<Batch>], records: &[Arc<Record>]) {
    for (queue, accepted) in shards.iter().zip(mapping.accepted(records, shards.len())) {
        for batch in accepted.chunks(mapping.batch) {
            // Sending fails only after the stack has aborted `deliver`.
            drop(queue.send(batch.to_vec()).await);
        }
    }
}

/// Invokes a mapping's function with one batch of the shard after the other, until [`pump`] has ended and the queue is
/// empty.
pub(crate) async fn deliver(mut shard: Shard, functions: Arc<Functions>) {
    while let Some(batch) = shard.queued.recv().await {
        let records = batch.iter().map(|record| event_record(&shard.stream, record)).collect();
        drop(batch);
        invoke(&functions, &shard, records).await;
    }
}

/// Invokes the function with records of the shard, and invokes it again with the records that it reports as failed. After
/// the last retry the failed records are given up, so that they don't stop the shard.
async fn invoke(functions: &Arc<Functions>, shard: &Shard, mut records: Vec<Value>) {
    let EventSourceMapping { operation, retries, .. } = shard.mapping;
    for attempt in 0..=retries {
        tokio::time::sleep(POLL * attempt.min(3)).await;
        let event = json!({ "Records": records });
        let answer = Arc::clone(functions).on_records(operation, shard.number, event).await;
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
    fn the_mappings_have_the_batches_and_retries_of_the_template() {
        let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(include_str!("../../template.yaml")).unwrap();
        for (mapping, resource) in MAPPINGS.iter().zip(["OutboxInserts", "PeopleChanges"]) {
            let properties = &template["Resources"][resource]["Properties"];
            let (batch, retries) = (&properties["BatchSize"], &properties["MaximumRetryAttempts"]);
            assert_eq!(batch.as_u64(), Some(mapping.batch as u64), "{resource}");
            assert_eq!(retries.as_u64(), Some(mapping.retries.into()), "{resource}");
        }
    }

    #[test]
    fn the_outboxs_partitions_are_spread_over_all_shards() {
        for (shards, each) in [(1, 8), (2, 4), (4, 2), (8, 1)] {
            let mut partitions = vec![0; shards];
            for partition in 0..8 {
                partitions[shard_of(&format!("Q#{partition}"), shards)] += 1;
            }
            assert_eq!(partitions, vec![each; shards]);
        }
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
