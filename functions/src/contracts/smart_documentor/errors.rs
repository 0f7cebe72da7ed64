//! SmartDocumentor's error format: problem details {title, status, detail} for most routes, and OAuth's own error
//! codes for the route that issues tokens.

use http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::vocabulary::{Failure, json, message_of, status_of, with_failure_headers};

/// The body of a refusal: why the request was refused.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct SmartDocumentorProblem {
    title: &'static str,
    status: u16,
    detail: String,
}

/// The response to a failed request in SmartDocumentor's error format.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    let (status, detail) = match failure {
        // SmartDocumentor documents one response for every failure of the service.
        Failure::Operation(Error::Internal(_) | Error::Unavailable(_)) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            format!(
                "A server error occurred while processing your request. Please try again later. Trace ID:{trace_id}"
            ),
        ),
        failure => (status_of(failure), message_of(failure).1),
    };
    let title = status.canonical_reason().unwrap_or_default();
    let problem = SmartDocumentorProblem { title, status: status.as_u16(), detail };
    with_failure_headers(json(status, "application/problem+json", &problem), failure)
}

/// Why no access token was issued: an error code of RFC 6749 section 5.2.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenRefusal {
    InvalidRequest,
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
}

/// The body of a refusal to issue a token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenProblem {
    error: TokenRefusal,
}

/// The response that refuses to issue a token. The HTTP status of a refusal to issue a token is always 400, as
/// SmartDocumentor documents the status.
pub(super) fn token_refused(refusal: TokenRefusal) -> Response<Body> {
    uncached(json(StatusCode::BAD_REQUEST, "application/json", &TokenProblem { error: refusal }))
}

/// Adds the header `Pragma: no-cache`, which RFC 6749 section 5.1 asks for besides `Cache-Control: no-store`.
pub(super) fn uncached(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
