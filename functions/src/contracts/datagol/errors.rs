//! How DataGOL tells failures: {status, error, message, errorCodes, traceId}.

use http::{StatusCode, header};
use jiff::SignedDuration;
use lambda_http::{Body, Response};
use serde::Serialize;
use shared::{Error, operations::Outcome};

use super::bulk_users::Results;
use crate::{
    contracts::{json, seconds, status, with_header, with_headers, words},
    incoming::Failure,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
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

/// No row of an inviting request succeeded: the status is that of the first, and every result is told.
pub(crate) fn nothing_succeeded(
    first: Outcome,
    results: &Results,
    retry_after: Option<SignedDuration>,
    trace_id: &str,
) -> Response<Body> {
    let (status, code, message) = match first {
        Outcome::Invalid | Outcome::Duplicate => {
            (StatusCode::BAD_REQUEST, "invalid_users", "No user was invited: the entries are invalid.")
        }
        Outcome::AlreadyMember => {
            (StatusCode::BAD_REQUEST, "already_member", "User already has access to the workspace.")
        }
        Outcome::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "No user was invited: the role is above your own."),
        Outcome::Limited => (
            StatusCode::TOO_MANY_REQUESTS,
            "limited",
            "No user was invited: the workspace has invited as many as it may today.",
        ),
        Outcome::Invited | Outcome::AlreadyInvited | Outcome::Added | Outcome::Failed => {
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "No user was invited. Sending it again is safe.")
        }
    };
    let response = problem(status, code, message.to_owned(), trace_id, Some(results));
    match (first, retry_after) {
        (Outcome::Limited, Some(after)) => with_header(response, header::RETRY_AFTER, &seconds(after)),
        (Outcome::Failed, _) => with_header(response, header::RETRY_AFTER, "1"),
        _ => response,
    }
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
