//! Errors of SES v2, in SES's own format.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

/// An error response of SES v2.
#[derive(Debug)]
pub(crate) struct SesError {
    pub(super) status: StatusCode,
    pub(super) name: &'static str,
    pub(super) message: String,
}

impl SesError {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "BadRequestException", message: message.into() }
    }

    pub(super) fn rejected(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "MessageRejected", message: message.into() }
    }
}

impl IntoResponse for SesError {
    fn into_response(self) -> Response {
        (self.status, [("x-amzn-errortype", self.name)], Json(json!({"message": self.message}))).into_response()
    }
}
