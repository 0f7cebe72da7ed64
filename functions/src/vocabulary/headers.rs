//! Headers and statuses of responses.

use http::{HeaderName, HeaderValue, StatusCode};
use jiff::SignedDuration;
use lambda_http::{Body, Response};

/// Sets a header of a response. A value that HTTP doesn't allow in a header is left out.
pub(crate) fn with_header(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Sets the HTTP status of a response.
pub(crate) fn with_status(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    *response.status_mut() = status;
    response
}

/// The value of the header `Retry-After`, in seconds. The header `Retry-After` is at least one second.
pub(crate) fn retry_after_seconds(retry_after: SignedDuration) -> String {
    retry_after.as_secs().max(1).to_string()
}
