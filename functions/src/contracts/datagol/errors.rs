//! How DataGOL tells failures: {status, error, message, errorCodes, traceId}.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::{
    contracts::{
        json,
        rows::{Refusal, Results},
        status, with_headers, words,
    },
    incoming::Failure,
};

/// Why a request was refused; one of many rows of which none succeeded has summary and results too.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem<'a> {
    status: u16,
    error: &'static str,
    message: String,
    error_codes: [String; 1],
    trace_id: &'a str,
    #[serde(flatten)]
    results: Option<&'a Results>,
}

/// The one place where a failure becomes DataGOL's answer.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    let (code, message) = words(failure);
    // DataGOL documents no 409, 410 or 415: what can't be done is a 400 with a plain message.
    let status = match failure {
        Failure::Operation(Error::Conflict(_) | Error::Gone | Error::WrongAddress(_)) | Failure::MediaType(_) => {
            StatusCode::BAD_REQUEST
        }
        other => status(other),
    };
    with_headers(problem(status, code, message, trace_id, None), failure)
}

/// No row of an inviting request succeeded: every result is told.
pub(crate) fn nothing_succeeded(refusal: Refusal, results: &Results, trace_id: &str) -> Response<Body> {
    let (code, message) = refusal.words();
    let status = match refusal.status() {
        StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        status => status,
    };
    refusal.with_headers(problem(status, code, message.to_owned(), trace_id, Some(results)))
}

fn problem(
    status: StatusCode,
    code: &str,
    message: String,
    trace_id: &str,
    results: Option<&Results>,
) -> Response<Body> {
    let problem = Problem {
        status: status.as_u16(),
        error: status.canonical_reason().unwrap_or_default(),
        message,
        error_codes: [code.to_uppercase()],
        trace_id,
        results,
    };
    json(status, "application/json", &problem)
}
