//! Dock's error format: {error: {code, message, docUrl}}. Dock's contract documents six error codes.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::vocabulary::{Failure, json, message_of, status_of, with_failure_headers};

/// The body of a refusal: why the request was refused.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct DockProblem {
    error: DockReason,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Reason")]
struct DockReason {
    code: &'static str,
    message: String,
    doc_url: String,
}

/// The response to a failed request in Dock's error format.
pub(crate) fn render(failure: &Failure, _trace_id: &str) -> Response<Body> {
    let (_, message) = message_of(failure);
    // Dock documents no refusal with the status 409, 410, 413, 415, 422 or 503.
    let status = match failure {
        Failure::Operation(Error::Conflict(_) | Error::Suppressed(_) | Error::Gone | Error::TooLarge(_))
        | Failure::MediaType(_) => StatusCode::BAD_REQUEST,
        Failure::Operation(Error::Unavailable(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        other => status_of(other),
    };
    let code = match status {
        StatusCode::UNAUTHORIZED => "UNAUTHORIZED",
        StatusCode::FORBIDDEN => "FORBIDDEN",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        StatusCode::TOO_MANY_REQUESTS => "RATE_LIMIT_EXCEEDED",
        StatusCode::INTERNAL_SERVER_ERROR => "INTERNAL_SERVER_ERROR",
        _ => "BAD_REQUEST",
    };
    let doc_url = format!("https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status/{}", status.as_u16());
    let body = DockProblem { error: DockReason { code, message, doc_url } };
    with_failure_headers(json(status, "application/json", &body), failure)
}
