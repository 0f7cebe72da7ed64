//! How Dock tells failures: {error: {code, message, docUrl}}, with its six codes.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::{
    contracts::{json, status, with_headers, words},
    incoming::Failure,
};

/// Why a request was refused.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem {
    error: Reason,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Reason {
    code: &'static str,
    message: String,
    doc_url: String,
}

/// The one place where a failure becomes Dock's answer.
pub(crate) fn render(failure: &Failure, _trace_id: &str) -> Response<Body> {
    let (_, message) = words(failure);
    // Dock documents no 409, 410, 413, 415, 422 and 503.
    let status = match failure {
        Failure::Operation(Error::Conflict(_) | Error::Suppressed(_) | Error::Gone | Error::TooLarge(_))
        | Failure::MediaType(_) => StatusCode::BAD_REQUEST,
        Failure::Operation(Error::Unavailable(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        other => status(other),
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
    let body = Problem { error: Reason { code, message, doc_url } };
    with_headers(json(status, "application/json", &body), failure)
}
