//! Hexabase's error format: `{error_code, message}`.

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::Error;

use crate::vocabulary::{Failure, json, message_of, status_of, with_failure_headers};

/// Hexabase's only error code for a bad request.
const INVALID: &str = "INVALID_PARAMS";

/// The body of a refusal: why the request was refused. The refusal of a request with too many users has the reason in
/// the field `error`; every other refusal has the reason in the field `message`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct HexabaseProblem {
    error_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// The response to a failed request in Hexabase's error format.
pub(crate) fn render(failure: &Failure, _trace_id: &str) -> Response<Body> {
    let (code, message) = message_of(failure);
    let (status, body) = match failure {
        Failure::Operation(Error::Invalid(public)) if public.code == "too_many_users" => {
            let error = Some("the maximum registration limit has been exceeded");
            let problem = HexabaseProblem { error_code: INVALID.to_owned(), message: None, error };
            (StatusCode::BAD_REQUEST, problem)
        }
        // Hexabase treats an unknown id, and an id of another company, as an invalid parameter.
        Failure::Operation(Error::Invalid(_) | Error::NotFound(_)) => {
            (StatusCode::BAD_REQUEST, problem(INVALID, "invalid parameter".to_owned()))
        }
        failure => (status_of(failure), problem(&code.to_ascii_uppercase(), message)),
    };
    with_failure_headers(json(status, "application/json", &body), failure)
}

fn problem(code: &str, message: String) -> HexabaseProblem {
    HexabaseProblem { error_code: code.to_owned(), message: Some(message), error: None }
}
