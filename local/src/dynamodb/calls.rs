//! Carries the SDK's calls to the embedded DynamoDB. The requests and responses of the embedded DynamoDB are the same
//! as in DynamoDB's HTTP API, but go through no socket.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{mpsc, oneshot};

/// A call of DynamoDB, and the channel for the response to the call.
#[derive(Debug)]
pub(super) struct Call {
    operation: String,
    body: Vec<u8>,
    response: oneshot::Sender<JsonResponse>,
}

/// The HTTP status and the JSON body of a response of the embedded DynamoDB.
pub(crate) type JsonResponse = (u16, String);

/// The error of a call without a response: the DynamoDB engine has stopped, or panicked at the call.
#[derive(Debug, thiserror::Error)]
#[error("the database engine did not answer")]
pub(crate) struct NoEngineResponse;

/// Sends calls of DynamoDB to the embedded engine while the engine runs.
#[derive(Debug, Clone)]
pub(crate) struct EngineCalls(pub(super) mpsc::WeakUnboundedSender<Call>);

impl EngineCalls {
    /// Calls an operation of DynamoDB or DynamoDB Streams with a request's JSON.
    pub(crate) async fn call(&self, operation: String, body: Vec<u8>) -> Result<JsonResponse, NoEngineResponse> {
        let (response, received) = oneshot::channel();
        let call = Call { operation, body, response };
        // If the DynamoDB engine has stopped, sending the call drops the sender of the response, and so the wait for
        // the response in the next line fails.
        drop(self.0.upgrade().map(|engine| engine.send(call)));
        received.await.map_err(|_| NoEngineResponse)
    }
}

/// Carries an SDK client's requests to the embedded DynamoDB engine.
#[derive(Debug, Clone)]
pub(super) struct Connector(pub(super) EngineCalls);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.0.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = ByteStream::new(request.into_body()).collect().await;
            let body = body.map_err(|error| ConnectorError::user(error.into()))?.to_vec();
            let response = engine.call(operation, body).await;
            let (status, body) = response.map_err(|error| ConnectorError::io(error.into()))?;
            let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

/// Answers one call of DynamoDB after the other until the last sender of calls is dropped.
pub(super) fn serve(database: &Database, mut calls: mpsc::UnboundedReceiver<Call>) {
    while let Some(Call { operation, body, response }) = calls.blocking_recv() {
        // After a panic of the engine, no response is sent, so the caller's wait for the response fails.
        if let Ok(answered) = catch_unwind(AssertUnwindSafe(|| execute(database, &operation, &body))) {
            drop(response.send(answered));
        }
    }
}

fn execute(database: &Database, operation: &str, body: &[u8]) -> JsonResponse {
    let result = match operation {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeStream" => run(body, |request| database.describe_stream(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "GetRecords" => run(body, |request| database.get_records(request)),
        "GetShardIterator" => run(body, |request| database.get_shard_iterator(request)),
        "ListStreams" => run(body, |request| database.list_streams(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => Err(DynoxideError::UnsupportedCapability(operation.to_owned())),
    };
    result.map_or_else(|error| (error.status_code(), error.to_json()), |json| (200, json))
}

fn run<T: DeserializeOwned, R: Serialize>(
    request: &[u8],
    operation: impl FnOnce(T) -> Result<R, DynoxideError>,
) -> Result<String, DynoxideError> {
    let unreadable = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let response = operation(serde_json::from_slice(request).map_err(unreadable)?)?;
    serde_json::to_string(&response).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Action;

    #[test]
    fn every_call_that_a_function_may_make_is_answered() {
        let database = Database::memory().unwrap();
        for operation in Action::all().filter_map(|action| action.operation_of("dynamodb")) {
            let (status, error) = execute(&database, operation, b"{}");
            assert_eq!(status, 400, "{operation}: {error}");
        }
        assert_eq!(execute(&database, "GetItem", b"{").0, 400);
        assert_eq!(execute(&database, "RestoreTableFromBackup", b"{}").0, 501);
    }
}
