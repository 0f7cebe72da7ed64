//! How we tell failures: RFC 9457 problem details with a stable `code`.

use lambda_http::{Body, Response};
use serde::Serialize;

use crate::{
    contracts::{json, status, with_headers, words},
    incoming::Failure,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    trace_id: &'a str,
}

/// The one place where a failure becomes our answer.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    let status = status(failure);
    let (code, detail) = words(failure);
    let title = status.canonical_reason().unwrap_or_default();
    let problem = Problem { title, status: status.as_u16(), detail, code, trace_id };
    with_headers(json(status, "application/problem+json", &problem), failure)
}
