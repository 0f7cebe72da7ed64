//! API Gateway's conversion of a function's payload-2.0 response into an HTTP response.

use std::collections::BTreeMap;

use axum::{body::Body, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING},
};
use serde::Deserialize;
use serde_json::json;

/// The largest request and the largest response of one synchronous Lambda invocation, in bytes.
pub(crate) const PAYLOAD_LIMIT: usize = 6_291_456;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Converts a function's response into an HTTP response. A response that is too large or malformed becomes a response
/// of the gateway itself with status 500.
pub(crate) fn to_http(payload: &[u8]) -> Response {
    if payload.len() > PAYLOAD_LIMIT {
        return json_message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    }
    serde_json::from_slice(payload)
        .ok()
        .and_then(decode)
        .unwrap_or_else(|| json_message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

/// A response that the gateway itself makes: a JSON object with the field `message`.
pub(crate) fn json_message(status: StatusCode, message: &str) -> Response {
    let mut response = Response::new(Body::from(json!({"message": message}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn decode(payload: Payload) -> Option<Response> {
    let body = payload.body.unwrap_or_default();
    let body = if payload.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut headers = HeaderMap::new();
    let single = payload.headers.into_iter().map(|(name, value)| (name, vec![value]));
    for (name, values) in single.chain(payload.multi_value_headers) {
        let name: HeaderName = name.parse().ok()?;
        if name == CONTENT_LENGTH || name == TRANSFER_ENCODING {
            continue;
        }
        for value in values {
            headers.append(&name, value.parse().ok()?);
        }
    }
    for cookie in payload.cookies {
        headers.append(SET_COOKIE, cookie.parse().ok()?);
    }
    if !body.is_empty() {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(payload.status_code).ok()?;
    *response.headers_mut() = headers;
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn status_headers_cookies_and_body_are_copied() {
        let payload = json!({
            "statusCode": 201,
            "headers": {"content-type": "text/html", "content-length": "999"},
            "multiValueHeaders": {"x-many": ["1", "2"]},
            "cookies": ["a=1; Path=/", "b=2"],
            "body": "<p>",
            "isBase64Encoded": false,
        });
        let response = to_http(payload.to_string().as_bytes());
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert!(!response.headers().contains_key("content-length"));
        let all = |name| response.headers().get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(all("x-many"), ["1", "2"]);
        assert_eq!(all("set-cookie"), ["a=1; Path=/", "b=2"]);
        assert_eq!(body(response).await, b"<p>");
    }

    #[tokio::test]
    async fn base64_is_decoded_and_a_body_without_a_type_is_plain_text() {
        let response = to_http(br#"{"statusCode": 200, "body": "AP8=", "isBase64Encoded": true}"#);
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(body(response).await, b"\x00\xff");
    }

    #[tokio::test]
    async fn a_malformed_or_too_large_response_becomes_the_gateways_own_500() {
        let large = json!({"statusCode": 200, "body": "a".repeat(PAYLOAD_LIMIT)}).to_string();
        for payload in
            ["null", "{}", r#"{"statusCode": 99}"#, r#"{"statusCode": 200, "headers": {"a b": "c"}}"#, &large]
        {
            let response = to_http(payload.as_bytes());
            assert_eq!(response.status(), 500);
            assert_eq!(body(response).await, br#"{"message":"Internal Server Error"}"#);
        }
    }
}
