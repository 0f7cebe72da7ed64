//! Error responses of AWS's JSON protocols.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::json;

/// An error response of an AWS service, with the HTTP status, the name of AWS's exception, and the message.
pub(crate) fn error(status: StatusCode, name: &'static str, message: &str) -> Response {
    let body = json!({ "__type": name, "message": message }).to_string();
    (status, [("content-type", "application/x-amz-json-1.1"), ("x-amzn-errortype", name)], body).into_response()
}
