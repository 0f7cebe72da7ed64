//! The embedded DynamoDB. The embedded DynamoDB engine, dynoxide, blocks its thread while it works, so the engine runs
//! on a thread of its own.

mod calls;

use std::{path::Path, sync::Arc, thread::JoinHandle};

use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use dynoxide::{
    Database, DynoxideError,
    actions::{delete_item::DeleteItemRequest, scan::ScanRequest},
};
use serde_json::json;
use tokio::sync::mpsc;

pub(crate) use self::calls::EngineCalls;
use self::calls::{Call, Connector};
use crate::{start_error::StackStartError, table::TTL_ATTRIBUTE};

/// How many of the stream's newest records are kept at least. Inviting and mailing 10,000 people writes 41,000 stream
/// records, and the local stack reads the stream no faster than the functions work. After a restart,
/// `sweep-undelivered` finds the mails whose stream records a stopped stack missed.
const STREAM_RECORDS_KEPT: u32 = 50_000;

/// How many of the stream's oldest records are deleted at once. Deleting many stream records at once is faster than
/// deleting one stream record at each write.
const STREAM_RECORDS_FORGOTTEN: u32 = 1_000;

/// A running DynamoDB engine. A local stack that uses no other AWS endpoint has one engine, and the benchmarks also
/// measure an engine without a stack. Dropping an [`Engine`] stops the DynamoDB engine, and [`Engine::stop`] also waits
/// until the engine has stopped.
#[derive(Debug)]
pub struct Engine {
    pub(crate) table: Table,
    calls: mpsc::UnboundedSender<Call>,
    thread: JoinHandle<()>,
}

impl Engine {
    /// The endpoint URL of the embedded DynamoDB for SDK clients. If an SDK client uses [`Engine::http_client`], no
    /// call leaves the process.
    pub const URL: &str = "http://dynamodb.localhost";

    /// Opens the database in `directory`, or in memory under `name`, which no other engine in the process may have.
    /// [`crate::ensure_table`] creates the `table`.
    ///
    /// # Errors
    /// Starting the engine fails if the database can't be opened.
    pub fn start(directory: Option<&Path>, name: &str, table: &str) -> Result<Self, StackStartError> {
        let location = match directory {
            Some(directory) => directory.join("dynamodb.sqlite").to_string_lossy().into_owned(),
            None => format!("file:{name}?mode=memory&cache=shared"),
        };
        let database = Database::new(&location).map_err(|error| StackStartError::Database(error.to_string()))?;
        tune(&location).map_err(|error| StackStartError::Database(error.to_string()))?;
        // This option sets SQLite's `synchronous = NORMAL`: without a flush to disk at each write, a write still
        // survives a kill of the process.
        database.disable_bulk_loading().map_err(|error| StackStartError::Database(error.to_string()))?;
        let (calls, received) = mpsc::unbounded_channel();
        let called = database.clone();
        let thread = std::thread::Builder::new()
            .name("dynamodb".to_owned())
            .spawn(move || calls::serve(&called, received))
            .map_err(|error| StackStartError::Database(error.to_string()))?;
        let table = Table { database, name: table.into() };
        Ok(Self { table, calls, thread })
    }

    /// The HTTP client that carries an SDK client's calls to the engine while the engine runs.
    pub fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(Connector(self.calls()));
        http_client_fn(move |_, _| connector.clone())
    }

    /// The channel that sends calls of DynamoDB to the embedded engine.
    pub(crate) fn calls(&self) -> EngineCalls {
        EngineCalls(self.calls.downgrade())
    }

    /// Stops the embedded DynamoDB engine: the engine answers the calls that are already queued, and closes the
    /// database.
    pub async fn stop(self) {
        drop(self.calls);
        drop(self.table);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the database's thread panicked");
        }
    }
}

/// Adds an index and a trigger to dynoxide's stream records. Without the index, dynoxide reads all stream records at
/// each write and each poll. The database trigger deletes the oldest stream records, because dynoxide never deletes
/// stream records.
fn tune(location: &str) -> rusqlite::Result<()> {
    rusqlite::Connection::open(location)?.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS usher_stream_order
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
         DROP TRIGGER IF EXISTS usher_stream_trim;
         CREATE TRIGGER usher_stream_trim AFTER INSERT ON _stream_records WHEN new.id % {STREAM_RECORDS_FORGOTTEN} = 0
             BEGIN DELETE FROM _stream_records WHERE id <= new.id - {STREAM_RECORDS_KEPT}; END;"
    ))
}

/// Access to the embedded table for the work that DynamoDB does by itself: deleting expired items, and streams. The
/// methods of the embedded table block the calling thread.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) database: Database,
    pub(crate) name: Arc<str>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Table").field(&self.name).finish()
    }
}

impl Table {
    /// Deletes the items whose TTL has passed at `now`, in seconds since the epoch, and returns the number of deleted
    /// items. `now` is the time of the stack's clock and not of the engine's clock, so that a test that moves the
    /// stack's clock sees what TTL does.
    pub(crate) fn sweep_expired(&self, now: i64) -> Result<usize, DynoxideError> {
        let mut deleted = 0;
        let mut start = None;
        loop {
            let mut scan = json!({
                "TableName": &*self.name,
                "FilterExpression": "#ttl < :now",
                "ProjectionExpression": "pk, sk",
                "ExpressionAttributeNames": {"#ttl": TTL_ATTRIBUTE},
                "ExpressionAttributeValues": {":now": {"N": now.to_string()}},
                "Limit": 100,
            });
            if let Some(key) = start {
                scan["ExclusiveStartKey"] = json!(key);
            }
            let page = self.database.scan(request::<ScanRequest>(scan)?)?;
            for key in page.items.unwrap_or_default() {
                deleted += usize::from(self.delete_expired(&json!(key), now)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(deleted);
            }
        }
    }

    fn delete_expired(&self, key: &serde_json::Value, now: i64) -> Result<bool, DynoxideError> {
        let delete = json!({
            "TableName": &*self.name,
            "Key": key,
            "ConditionExpression": "#ttl < :now",
            "ExpressionAttributeNames": {"#ttl": TTL_ATTRIBUTE},
            "ExpressionAttributeValues": {":now": {"N": now.to_string()}},
        });
        match self.database.delete_item(request::<DeleteItemRequest>(delete)?) {
            Ok(_) => Ok(true),
            Err(DynoxideError::ConditionalCheckFailedException(..)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Makes a request of dynoxide from the request's JSON.
pub(crate) fn request<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> Result<T, DynoxideError> {
    serde_json::from_value(json).map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[tokio::test]
    async fn the_stream_is_read_by_an_index_and_its_oldest_records_are_deleted() {
        let location = "file:tuned?mode=memory&cache=shared";
        let database = Database::new(location).unwrap();
        tune(location).unwrap();
        let connection = Connection::open(location).unwrap();
        let put = "INSERT INTO _stream_records
            (table_name, event_name, keys_json, sequence_number, shard_id, created_at) VALUES ('t', 'INSERT', '{}', ?1, 's', 0)";
        let mut put = connection.prepare(put).unwrap();
        let mut kept_of = |numbers: std::ops::RangeInclusive<u32>| -> (u32, u32) {
            numbers.for_each(|number| assert_eq!(put.execute([number.to_string()]).unwrap(), 1));
            let count = "SELECT COUNT(*), MIN(CAST(sequence_number AS INTEGER)) FROM _stream_records";
            connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let full = STREAM_RECORDS_KEPT + STREAM_RECORDS_FORGOTTEN;
        assert_eq!(kept_of(1..=full - 1), (full - 1, 1));
        assert_eq!(kept_of(full..=full + 5), (STREAM_RECORDS_KEPT + 5, STREAM_RECORDS_FORGOTTEN + 1));
        for query in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'",
            "SELECT keys_json FROM _stream_records WHERE table_name = 't' AND shard_id = 's'
                AND CAST(sequence_number AS INTEGER) > 7 ORDER BY CAST(sequence_number AS INTEGER) LIMIT 10",
        ] {
            let explain = format!("EXPLAIN QUERY PLAN {query}");
            let plan: String = connection.query_row(&explain, [], |row| row.get(3)).unwrap();
            assert!(plan.contains("usher_stream_order"), "{plan}");
        }
        drop(database);
    }
}
