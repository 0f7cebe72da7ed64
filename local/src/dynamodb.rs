//! The embedded DynamoDB: dynoxide, served on a loopback port by a thread of its own, so that its blocking
//! work never holds up the functions.

use std::{path::Path, sync::Arc, thread::JoinHandle};

use dynoxide::{
    Database, DynoxideError,
    actions::{delete_item::DeleteItemRequest, scan::ScanRequest},
};
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{StartError, stack::listen, table::TTL_ATTRIBUTE};

/// At least so many of the stream's newest records are kept: inviting and mailing 10,000 makes 41,000, of which the pump
/// reads each only when the mail before it is sent. The schedule finds what a stopped stack missed.
const STREAM_RECORDS_KEPT: u32 = 50_000;

/// So many of the oldest are forgotten at once, which takes less than one at each write.
const STREAM_RECORDS_FORGOTTEN: u32 = 1_000;

/// A running DynamoDB engine. A stack has one; by itself it shows what the engine alone can do. Dropping it stops it,
/// [`Engine::stop`] also waits for that.
#[derive(Debug)]
pub struct Engine {
    pub(crate) table: Table,
    url: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Engine {
    /// Opens the database in `directory`, or in memory under a `name` of its own, and serves it. The `table` is made by
    /// [`crate::ensure_table`].
    ///
    /// # Errors
    /// If the database can't be opened or served.
    pub async fn start(directory: Option<&Path>, name: &str, table: &str) -> Result<Self, StartError> {
        let location = match directory {
            Some(directory) => directory.join("dynamodb.sqlite").to_string_lossy().into_owned(),
            None => format!("file:{name}?mode=memory&cache=shared"),
        };
        let database = Database::new(&location).map_err(|error| StartError::Database(error.to_string()))?;
        tune(&location).map_err(|error| StartError::Database(error.to_string()))?;
        // This is SQLite's `synchronous = NORMAL`: what was answered outlives a kill without being flushed at each write.
        database.disable_bulk_loading().map_err(|error| StartError::Database(error.to_string()))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = oneshot::channel();
        let served = database.clone();
        let thread = std::thread::Builder::new()
            .name("dynamodb".to_owned())
            .spawn(move || serve(served, ready, stopped))
            .map_err(|error| StartError::Database(error.to_string()))?;
        let address = address.await.map_err(|_| StartError::Database("its port can't be opened".to_owned()))?;
        let table = Table { database, name: table.into() };
        Ok(Self { table, url: format!("http://{address}"), stop, thread })
    }

    /// Where it answers, on the loopback.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops serving and closes the database.
    pub async fn stop(self) {
        drop(self.stop);
        drop(self.table);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the database's thread crashed");
        }
    }
}

fn serve(database: Database, ready: oneshot::Sender<std::net::SocketAddr>, stopped: oneshot::Receiver<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async move {
        let Ok(listener): Result<TcpListener, _> = listen(0) else { return };
        let Ok(address) = listener.local_addr() else { return };
        if ready.send(address).is_err() {
            return;
        }
        let stopped = async { drop(stopped.await) };
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
            tracing::error!(error, "the database stopped");
        }
    });
}

/// dynoxide reads all stream records at each write and each poll, and never deletes one. An index makes that a look-up,
/// and a trigger forgets the oldest.
fn tune(location: &str) -> rusqlite::Result<()> {
    rusqlite::Connection::open(location)?.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS usher_stream_order
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
         DROP TRIGGER IF EXISTS usher_stream_trim;
         CREATE TRIGGER usher_stream_trim AFTER INSERT ON _stream_records WHEN new.id % {STREAM_RECORDS_FORGOTTEN} = 0
             BEGIN DELETE FROM _stream_records WHERE id <= new.id - {STREAM_RECORDS_KEPT}; END;"
    ))
}

/// The table, for what DynamoDB itself does with it. Its calls block.
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
    /// Deletes the items whose time is over, by the stack's clock rather than the engine's, so that a clock moved by
    /// hand shows what TTL does. Gives the number of deleted items.
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

/// dynoxide's requests are made of their JSON.
pub(crate) fn request<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> Result<T, DynoxideError> {
    serde_json::from_value(json).map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[tokio::test]
    async fn the_stream_is_read_by_an_index_and_forgets_its_oldest_records() {
        let location = "file:tuned?mode=memory&cache=shared";
        let database = Database::new(location).unwrap();
        tune(location).unwrap();
        let connection = Connection::open(location).unwrap();
        let put = "INSERT INTO _stream_records
            (table_name, event_name, keys_json, sequence_number, shard_id, created_at) VALUES ('t', 'INSERT', '{}', ?1, 's', 0)";
        let mut put = connection.prepare(put).unwrap();
        let mut kept_of = |numbers: std::ops::RangeInclusive<u32>| -> (u32, u32) {
            for number in numbers {
                put.execute([number.to_string()]).unwrap();
            }
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
