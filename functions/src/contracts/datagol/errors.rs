//! DataGOL's error format: {status, error, message, errorCodes, traceId}.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::vocabulary::{Failure, NoRowSucceeded, RowResults, json, message_of, status_of, with_failure_headers};

/// The body of a refusal: why the request was refused. A refused inviting request with many rows, of which none
/// succeeded, also has a summary and the result of each row.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub(crate) struct DataGolProblem<'a> {
    status: u16,
    error: &'static str,
    message: String,
    error_codes: [String; 1],
    trace_id: &'a str,
    #[serde(flatten)]
    results: Option<&'a RowResults>,
}

/// The response to a failed request in DataGOL's error format.
pub(crate) fn render(failure: &Failure, trace_id: &str) -> Response<Body> {
    // DataGOL documents no refusal with the status 409, 410 or 415: failures with these statuses get the status 400 and
    // a plain message in DataGOL's format.
    let status = match failure {
        Failure::Operation(Error::Conflict(_) | Error::Gone | Error::WrongAddress(_)) | Failure::MediaType(_) => {
            StatusCode::BAD_REQUEST
        }
        other => status_of(other),
    };
    with_failure_headers(problem(status, message_of(failure), trace_id, None), failure)
}

/// The response to an inviting request without any successful row. The response has the result of every row.
pub(crate) fn no_row_succeeded(refusal: NoRowSucceeded, results: &RowResults, trace_id: &str) -> Response<Body> {
    let (code, message) = refusal.message();
    let status = match refusal.status() {
        StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        status => status,
    };
    refusal.with_retry_after(problem(status, (code, message.to_owned()), trace_id, Some(results)))
}

fn problem(
    status: StatusCode,
    (code, message): (&str, String),
    trace_id: &str,
    results: Option<&RowResults>,
) -> Response<Body> {
    let problem = DataGolProblem {
        status: status.as_u16(),
        error: status.canonical_reason().unwrap_or_default(),
        message,
        error_codes: [code.to_uppercase()],
        trace_id,
        results,
    };
    json(status, "application/json", &problem)
}
