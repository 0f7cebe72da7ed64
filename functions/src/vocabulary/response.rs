//! Responses: JSON bodies, empty bodies, and the limits of their size.

use http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;
use shared::{Error, PublicMessage};

use super::{
    failure::{Failure, LIST_TOO_LARGE},
    headers::with_status,
};

/// What a handler returns.
pub(crate) type HandlerResult = Result<Response<Body>, Failure>;

/// The bytes of an address that a response repeats: as many as an address can have (RFC 5321).
pub(crate) const MAX_ECHOED_ADDRESS: usize = 254;

/// The bytes of a word that a response repeats, such as a role. With these limits the response to 10,000 rows stays below
/// the 6 MB that Lambda can answer.
pub(crate) const MAX_ECHOED_WORD: usize = 64;

/// The largest list in bytes. Lambda answers at most 6 MB, in which the body is a JSON string.
const MAX_RESPONSE_BYTES: usize = 5 * 1024 * 1024;

/// A response with a list, if Lambda can answer it.
///
/// # Errors
/// [`Error::TooLarge`].
pub(crate) fn bounded(response: Response<Body>) -> HandlerResult {
    match response.body() {
        Body::Text(text) if escaped_len(text) > MAX_RESPONSE_BYTES => {
            let message = "The list is larger than 5 MB.";
            Err(Error::TooLarge(PublicMessage::new(LIST_TOO_LARGE, message)).into())
        }
        _ => Ok(response),
    }
}

/// The beginning of a text from the request that the response repeats. It takes at most `max` bytes once Lambda has put
/// the response, which is JSON, into JSON of its own.
pub(crate) fn echo(given: &str, max: usize) -> String {
    let mut left = max;
    let fits = |char: &char| {
        let taken = match char {
            '"' | '\\' => 4,
            char if char.is_control() => 7,
            char => char.len_utf8(),
        };
        let fits = taken <= left;
        left = left.saturating_sub(taken);
        fits
    };
    given.chars().take_while(fits).collect()
}

/// The length of a text in bytes once Lambda has put the text into JSON of its own.
fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// A JSON response, which caches don't keep.
pub(crate) fn json(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut response = with_status(Response::new(Body::Text(text)), status);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 200 with this JSON body.
pub(crate) fn ok(body: &impl Serialize) -> Response<Body> {
    json(StatusCode::OK, "application/json", body)
}

/// 200 without a body.
pub(crate) fn empty() -> Response<Body> {
    Response::new(Body::Empty)
}

/// 204.
pub(crate) fn no_content() -> Response<Body> {
    with_status(empty(), StatusCode::NO_CONTENT)
}

/// A list that its vendor documents as a bare array, and so without pages.
///
/// # Errors
/// As [`bounded`].
pub(crate) fn bare_array<T: Serialize>(items: &[T]) -> HandlerResult {
    bounded(ok(&items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_array_is_refused_when_lambda_could_not_answer_it() {
        let row = "x".repeat(1024 - 5);
        assert!(bare_array(&vec![&row; 5 * 1024 - 1]).is_ok());
        let refused = bare_array(&vec![&row; 5 * 1024]).unwrap_err();
        assert!(matches!(refused, Failure::Operation(Error::TooLarge(public)) if public.code == "list_too_large"));
    }

    #[test]
    fn an_echo_takes_so_many_bytes_and_no_more() {
        let taken = |text: &str| {
            let body = serde_json::to_string(text).unwrap();
            serde_json::to_string(&body).unwrap().len() - 4 - 2
        };
        for given in ["a".repeat(100), "\"".repeat(100), "\u{1}".repeat(100), "ü".repeat(100), "a\"ü\\".repeat(30)] {
            let echoed = echo(&given, 64);
            assert!(given.starts_with(&echoed) && (58..=64).contains(&taken(&echoed)), "{echoed}");
        }
        assert_eq!(echo("user@example.com", MAX_ECHOED_ADDRESS), "user@example.com");
    }
}
