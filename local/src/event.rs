//! Converts an HTTP request into API Gateway's event: payload format 2.0 of an HTTP API
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).

use std::{collections::BTreeMap, net::SocketAddr};

use axum::extract::Query;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use functions::routes;
use http::{
    HeaderMap, HeaderName, Uri,
    header::{CONNECTION, CONTENT_TYPE, COOKIE, HOST, TRANSFER_ENCODING, USER_AGENT},
    request::Parts,
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use uuid::Uuid;

/// The data that the gateway adds to the head and the body of a request when the gateway makes the function's event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestContext {
    pub(crate) peer: SocketAddr,
    pub(crate) port: u16,
    pub(crate) now: Timestamp,
    pub(crate) request_id: Uuid,
}

/// The API Gateway event for an HTTP request.
pub(crate) fn from_request(head: &Parts, body: &[u8], context: &RequestContext) -> Value {
    let path = decoded_path(&head.uri);
    let host = head.headers.get(HOST).map(|value| text(value.as_bytes())).unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let peer = context.peer.ip().to_string();
    let (body, is_base64_encoded) = encoded(head, body);
    let (route_key, path_parameters) =
        routes::gateway_route(&head.method, &path).unwrap_or_else(|| ("$default".to_owned(), Vec::new()));
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers(&head.headers, &peer, context),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", head.version),
                "sourceIp": peer,
                "userAgent": head.headers.get(USER_AGENT).map(|value| text(value.as_bytes())).unwrap_or_default(),
            },
            "requestId": context.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": context.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": context.now.as_millisecond(),
        },
        "isBase64Encoded": is_base64_encoded,
    });
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !path_parameters.is_empty() {
        event["pathParameters"] = path_parameters.into_iter().collect();
    }
    let parameters = query_parameters(&head.uri);
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if let Some(body) = body {
        event["body"] = json!(body);
    }
    event
}

/// An HTTP API of API Gateway decodes the path, and cuts the decoded path at a question mark that was percent-encoded.
fn decoded_path(uri: &Uri) -> String {
    let path = percent_decode_str(uri.path()).decode_utf8().unwrap_or_else(|_| uri.path().into());
    path.split('?').next().unwrap_or_default().to_owned()
}

/// The event's headers: the request's headers with lowercase names and the values of the same name joined with commas,
/// and the gateway's own headers.
fn headers(headers: &HeaderMap, peer: &str, context: &RequestContext) -> BTreeMap<String, String> {
    let removed: [&HeaderName; 3] = [&COOKIE, &CONNECTION, &TRANSFER_ENCODING];
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| !removed.contains(name)) {
        let value = text(value.as_bytes());
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    let forwarded = joined.get("x-forwarded-for").map_or_else(|| peer.to_owned(), |before| format!("{before}, {peer}"));
    joined.insert("x-forwarded-for".to_owned(), forwarded);
    joined.insert("x-forwarded-port".to_owned(), context.port.to_string());
    joined.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    joined.entry("x-amzn-trace-id".to_owned()).or_insert_with(|| {
        let id = context.request_id.simple().to_string();
        format!("Root=1-{:08x}-{}", context.now.as_second(), &id[..24])
    });
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let all = headers.get_all(COOKIE).iter().map(|value| text(value.as_bytes()));
    all.flat_map(|cookies| cookies.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// The event's query parameters: decoded, with the values of the same name joined with commas.
fn query_parameters(uri: &Uri) -> BTreeMap<String, String> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default();
    let mut joined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        joined.entry(name).or_default().push(value);
    }
    joined.into_iter().map(|(name, values)| (name, values.join(","))).collect()
}

/// The body of the event, and whether the body is base64. The gateway passes a body of text, JSON, XML or JavaScript
/// unchanged, and any other body as base64.
fn encoded(head: &Parts, body: &[u8]) -> (Option<String>, bool) {
    const TEXT: [&str; 3] = ["application/json", "application/javascript", "application/xml"];
    if body.is_empty() {
        return (None, false);
    }
    let content_type = head.headers.get(CONTENT_TYPE).map(|value| text(value.as_bytes()).to_ascii_lowercase());
    let media = content_type.as_deref().and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    match str::from_utf8(body) {
        Ok(body) if media.starts_with("text/") || TEXT.contains(&media) => (Some(body.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use http::Request;
    use lambda_http::{RequestExt as _, request::LambdaRequest};

    use super::*;

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let context = RequestContext {
            peer: "192.0.2.1:5000".parse().unwrap(),
            port: 9000,
            now: "2020-03-12T19:03:58Z".parse().unwrap(),
            request_id: Uuid::from_u128(7),
        };
        from_request(&head, body, &context)
    }

    #[test]
    fn the_documented_example_comes_out_as_documented() {
        let request = Request::post("/my/path?parameter1=value1&parameter1=value2&parameter2=value")
            .header("Host", "id.execute-api.us-east-1.amazonaws.com")
            .header("User-Agent", "agent")
            .header("Header1", "value1")
            .header("Header2", "value1")
            .header("Header2", "value2")
            .header("Cookie", "cookie1=a; cookie2=b")
            .header("Content-Type", "text/plain");
        let event = event(request, b"Hello from client!");
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/my/path",
            "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
            "cookies": ["cookie1=a", "cookie2=b"],
            "headers": {
                "host": "id.execute-api.us-east-1.amazonaws.com",
                "user-agent": "agent",
                "header1": "value1",
                "header2": "value1,value2",
                "content-type": "text/plain",
                "x-forwarded-for": "192.0.2.1",
                "x-forwarded-port": "9000",
                "x-forwarded-proto": "http",
                "x-amzn-trace-id": "Root=1-5e6a879e-000000000000000000000000",
            },
            "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "local",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST",
                    "path": "/my/path",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "00000000-0000-0000-0000-000000000007",
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_000_i64,
            },
            "body": "Hello from client!",
            "isBase64Encoded": false,
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn a_body_is_text_only_if_its_type_and_its_bytes_are() {
        for (content_type, body, encoded) in [
            (Some("application/json; charset=utf-8"), &b"{}"[..], false),
            (Some("TEXT/CSV"), b"a,b", false),
            (Some("application/json"), b"\xff", true),
            (Some("application/x-www-form-urlencoded"), b"a=b", true),
            (Some("image/png"), b"png", true),
            (None, b"{}", true),
        ] {
            let request = Request::post("/");
            let request = match content_type {
                Some(content_type) => request.header("content-type", content_type),
                None => request,
            };
            let event = event(request, body);
            assert_eq!(event["isBase64Encoded"], encoded, "{content_type:?}");
            let sent = if encoded { STANDARD.encode(body) } else { String::from_utf8(body.to_vec()).unwrap() };
            assert_eq!(event["body"], sent);
        }
    }

    #[test]
    fn what_a_request_lacks_its_event_lacks() {
        let event = event(Request::get("/"), b"");
        for absent in ["body", "cookies", "pathParameters", "queryStringParameters"] {
            assert!(event.get(absent).is_none(), "{absent}");
        }
        assert_eq!(event["rawQueryString"], "");
    }

    #[test]
    fn the_path_is_decoded_and_the_query_string_is_not() {
        let event = event(Request::get("/users/a%20b%C3%A9?q=a%20b&q=%2B"), b"");
        assert_eq!(event["rawPath"], "/users/a bé");
        assert_eq!(event["rawQueryString"], "q=a%20b&q=%2B");
        assert_eq!(event["queryStringParameters"]["q"], "a b,+");
        let cut = super::decoded_path(&"/users/a%3Fb=c".parse().unwrap());
        assert_eq!(cut, "/users/a");
    }

    #[test]
    fn the_event_names_the_route_and_the_decoded_values_of_its_parameters() {
        let event = event(Request::put("/api/v0/groups/a%20b/admins/c%2540?x=1"), b"");
        assert_eq!(event["routeKey"], "PUT /api/v0/groups/{groupId}/admins/{userId}");
        assert_eq!(event["requestContext"]["routeKey"], event["routeKey"]);
        assert_eq!(event["pathParameters"], json!({ "groupId": "a b", "userId": "c%40" }));
    }

    #[test]
    fn the_functions_library_reads_the_event_as_the_request_it_was() {
        let request = Request::put("/a%20b?x=1&x=2").header("host", "127.0.0.1:9000").header("cookie", "a=1; b=2");
        let event = event(request.header("content-type", "application/octet-stream"), b"\x00\xff");
        let parsed: LambdaRequest = serde_json::from_value(event).unwrap();
        let request = lambda_http::Request::from(parsed);
        assert_eq!(request.method(), "PUT");
        assert_eq!(request.uri().path(), "/a%20b");
        assert_eq!(request.query_string_parameters().all("x"), Some(vec!["1", "2"]));
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(&request.body()[..], b"\x00\xff");
    }

    #[test]
    fn a_proxy_before_the_gateway_stays_in_the_chain() {
        let event = event(Request::get("/").header("x-forwarded-for", "198.51.100.7"), b"");
        assert_eq!(event["headers"]["x-forwarded-for"], "198.51.100.7, 192.0.2.1");
    }
}
