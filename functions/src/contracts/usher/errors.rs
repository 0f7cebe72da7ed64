//! The error format of our own API: RFC 9457 problem details with a stable `code`.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::vocabulary::{Failure, NoRowSucceeded, RowResults, json, message_of, status_of, with_failure_headers};

/// The body of a refusal (RFC 9457): why the request was refused. The value of the field `code` for a kind of refusal
/// stays the same in all versions of the API.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub(crate) struct UsherProblem<'a> {
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    trace_id: &'a str,
    #[serde(flatten)]
    results: Option<&'a RowResults>,
}

/// The response to a failed request in the format of our own API.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    with_failure_headers(problem(status_of(failure), message_of(failure), trace_id, None), failure)
}

/// The response to an inviting request without any successful row. The response has the result of every row.
pub(crate) fn no_row_succeeded(refusal: NoRowSucceeded, results: &RowResults, trace_id: &str) -> Response<Body> {
    let (code, detail) = refusal.message();
    refusal.with_retry_after(problem(refusal.status(), (code, detail.to_owned()), trace_id, Some(results)))
}

fn problem(
    status: StatusCode,
    (code, detail): (&'static str, String),
    trace_id: &str,
    results: Option<&RowResults>,
) -> Response<Body> {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = UsherProblem { title, status: status.as_u16(), detail, code, trace_id, results };
    json(status, "application/problem+json", &problem)
}
