//! How Hexabase tells failures: `{error_code, message}`.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::{
    contracts::{json, status, with_headers, words},
    incoming::Failure,
};

/// The vendor's one code for whatever is wrong with a request.
const INVALID: &str = "INVALID_PARAMS";

/// Why a request was refused: in `message`, or in `error` if it has too many users.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem {
    error_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// The one place where a failure becomes Hexabase's answer.
pub(crate) fn render(failure: &Failure, _trace_id: &str) -> Response<Body> {
    let (code, message) = words(failure);
    let (status, body) = match failure {
        Failure::Operation(Error::Invalid(public)) if public.code == "too_many_users" => {
            let error = "the maximum registration limit has been exceeded";
            (StatusCode::BAD_REQUEST, Problem { error_code: INVALID.to_owned(), message: None, error: Some(error) })
        }
        // An id that is nobody's, or somebody else's, is a bad parameter like any other.
        Failure::Operation(Error::Invalid(_) | Error::NotFound(_)) => {
            (StatusCode::BAD_REQUEST, problem(INVALID, "invalid parameter".to_owned()))
        }
        failure => (status(failure), problem(&code.to_ascii_uppercase(), message)),
    };
    with_headers(json(status, "application/json", &body), failure)
}

fn problem(code: &str, message: String) -> Problem {
    Problem { error_code: code.to_owned(), message: Some(message), error: None }
}
