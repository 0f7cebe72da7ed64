//! How we tell failures: RFC 9457 problem details with a stable `code`.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    contracts::{
        json,
        rows::{Refusal, Results},
        status, with_headers, words,
    },
    incoming::Failure,
};

/// Why a request was refused (RFC 9457). `code` is stable.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem<'a> {
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    trace_id: &'a str,
    #[serde(flatten)]
    results: Option<&'a Results>,
}

/// The one place where a failure becomes our answer.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    let (code, detail) = words(failure);
    with_headers(problem(status(failure), code, detail, trace_id, None), failure)
}

/// No row of an inviting request succeeded: every result is told.
pub(crate) fn nothing_succeeded(refusal: Refusal, results: &Results, trace_id: &str) -> Response<Body> {
    let (code, detail) = refusal.words();
    refusal.with_headers(problem(refusal.status(), code, detail.to_owned(), trace_id, Some(results)))
}

fn problem(
    status: StatusCode,
    code: &'static str,
    detail: String,
    trace_id: &str,
    results: Option<&Results>,
) -> Response<Body> {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = Problem { title, status: status.as_u16(), detail, code, trace_id, results };
    json(status, "application/problem+json", &problem)
}
