//! How Hexabase tells failures: `{error_code, message}`.

use http::StatusCode;
use lambda_http::{Body, Response};
use serde_json::json;
use shared::Error;

use crate::{
    contracts::{json, status, with_headers, words},
    incoming::Failure,
};

/// The vendor's one code for whatever is wrong with a request.
const INVALID: &str = "INVALID_PARAMS";

/// The one place where a failure becomes Hexabase's answer.
pub(crate) fn render(failure: &Failure, _trace_id: &str) -> Response<Body> {
    let (code, message) = words(failure);
    let (status, body) = match failure {
        Failure::Operation(Error::Invalid(public)) if public.code == "too_many_users" => {
            let error = "the maximum registration limit has been exceeded";
            (StatusCode::BAD_REQUEST, json!({ "error": error, "error_code": INVALID }))
        }
        // An id that is nobody's, or somebody else's, is a bad parameter like any other.
        Failure::Operation(Error::Invalid(_) | Error::NotFound(_)) => {
            (StatusCode::BAD_REQUEST, json!({ "error_code": INVALID, "message": "invalid parameter" }))
        }
        failure => (status(failure), json!({ "error_code": code.to_ascii_uppercase(), "message": message })),
    };
    with_headers(json(status, "application/json", &body), failure)
}
