//! Headers and statuses of responses.

use http::{HeaderName, HeaderValue, StatusCode};
use jiff::SignedDuration;
use lambda_http::{Body, Response};

/// Sets a header. A value that no header can have is left out.
pub(crate) fn with_header(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Sets the status.
pub(crate) fn with_status(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    *response.status_mut() = status;
    response
}

/// The value of `Retry-After`, in seconds: at least one.
pub(crate) fn retry_after_seconds(retry_after: SignedDuration) -> String {
    retry_after.as_secs().max(1).to_string()
}
