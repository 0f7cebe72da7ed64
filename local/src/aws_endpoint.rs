//! The AWS endpoint for other processes: one port that serves DynamoDB, DynamoDB Streams, SES v2, EventBridge and
//! Secrets Manager to programs that use a stock SDK. The local stack's own functions call the same simulated services.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{
    aws_response::error,
    dynamodb::EngineCalls,
    eventbridge::{self, EventBridge},
    lambda::Functions,
    secrets_manager::SecretsManager,
};

/// The largest request that DynamoDB accepts, in bytes.
pub(crate) const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The AWS services that requests name in the header `X-Amz-Target`.
#[derive(Debug)]
pub(crate) struct AwsEndpoint {
    pub(crate) dynamodb: EngineCalls,
    pub(crate) bus: Arc<EventBridge>,
    pub(crate) secrets: SecretsManager,
    pub(crate) functions: Arc<Functions>,
}

/// `POST /` of the AWS endpoint: calls the AWS operation that is named in the header `X-Amz-Target`, such as
/// `DynamoDB_20120810.GetItem`.
pub(crate) async fn call(State(endpoint): State<Arc<AwsEndpoint>>, headers: HeaderMap, body: Bytes) -> Response {
    // A reset of the local stack waits until this AWS call has ended, and the AWS call waits until a running reset has
    // ended.
    let _running = endpoint.functions.hold_off_reset().await;
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target.split_once('.') {
        Some(("DynamoDB_20120810" | "DynamoDBStreams_20120810", operation)) => {
            let Ok((status, body)) = endpoint.dynamodb.call(operation.to_owned(), body.to_vec()).await else {
                return error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "The engine did not answer.");
            };
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
        }
        Some(("AWSEvents", _)) => eventbridge::call(State(endpoint.bus.clone()), headers, body).await,
        Some(("secretsmanager", operation)) => endpoint.secrets.call(operation, &body),
        _ => unknown().await,
    }
}

/// Answers a request to a service or an operation that the AWS endpoint for other processes doesn't have.
pub(crate) async fn unknown() -> Response {
    let message = "This endpoint serves DynamoDB, DynamoDB Streams, SES v2, EventBridge and Secrets Manager.";
    error(StatusCode::BAD_REQUEST, "UnknownOperationException", message)
}
