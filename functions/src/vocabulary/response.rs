//! Responses: JSON bodies, empty bodies, and the limits of their size.

use http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;
use shared::{Error, PublicMessage};

use super::{
    failure::{Failure, LIST_TOO_LARGE},
    headers::with_status,
};

/// The result of a handler: a response, or a failure that the contract renders.
pub(crate) type HandlerResult = Result<Response<Body>, Failure>;

/// The most bytes of an e-mail address that a response repeats from a request: as many bytes as an address can have
/// (RFC 5321).
pub(crate) const MAX_ECHOED_ADDRESS: usize = 254;

/// The most bytes of a word, such as a role, that a response repeats from a request. With the limits of addresses and
/// words, the response to 10,000 rows stays below the 6 MB that Lambda can answer.
pub(crate) const MAX_ECHOED_WORD: usize = 64;

/// The largest response in bytes that the service sends with a list. Lambda answers at most 6 MB, in which the
/// response's body is escaped as a JSON string.
const MAX_RESPONSE_BYTES: usize = 5 * 1024 * 1024;

/// The given response with a list, if the list is small enough for Lambda to answer.
///
/// # Errors
/// [`Error::TooLarge`] if the response is too large for Lambda.
pub(crate) fn bounded(response: Response<Body>) -> HandlerResult {
    match response.body() {
        Body::Text(text) if escaped_len(text) > MAX_RESPONSE_BYTES => {
            let message = "The list is larger than 5 MB.";
            Err(Error::TooLarge(PublicMessage::new(LIST_TOO_LARGE, message)).into())
        }
        _ => Ok(response),
    }
}

/// The beginning of a text from the request that the response repeats. The repeated beginning of the text takes at most
/// `max` bytes of Lambda's answer, in which the response's JSON body is escaped as a JSON string.
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

/// The bytes that a text takes in Lambda's answer, in which the text is escaped as a JSON string.
fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// A response with a JSON body. The response's headers tell caches not to keep the response.
pub(crate) fn json(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut response = with_status(Response::new(Body::Text(text)), status);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A response with the status 200 and the given JSON body.
pub(crate) fn ok(body: &impl Serialize) -> Response<Body> {
    json(StatusCode::OK, "application/json", body)
}

/// A response with the status 200 and no body.
pub(crate) fn empty() -> Response<Body> {
    Response::new(Body::Empty)
}

/// A response with the status 204, which has no body.
pub(crate) fn no_content() -> Response<Body> {
    with_status(empty(), StatusCode::NO_CONTENT)
}

/// A response with a list whose vendor documents the body as a bare JSON array. A list that is a bare JSON array has no
/// pages.
///
/// # Errors
/// [`Error::TooLarge`] if the list is too large for Lambda.
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
