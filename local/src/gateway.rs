//! The simulation of API Gateway's HTTP API: the limits of a request, the event for the function, and the response from
//! the function.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header::HOST, request::Parts, uri::Authority};
use shared::domain::Clock;

use crate::{
    cors::AllowedOrigins,
    event::{self, RequestContext},
    faults::Faults,
    lambda::Functions,
    response::{self, PAYLOAD_LIMIT},
};

/// The largest body of a request that API Gateway's HTTP API takes, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How long API Gateway's HTTP API waits for a function's response.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// The prefixes of the stack's own paths. Requests to the local stack's own paths never reach a function.
const RESERVED: [&str; 4] = ["/_local", "/_aws", "/v2/email", "/2015-03-31"];

/// The parts of the stack that the gateway needs to invoke a function.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) functions: Arc<Functions>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) port: u16,
    pub(crate) allowed_origins: AllowedOrigins,
}

/// Answers a request to the API, which is any request whose path is not a route of the stack itself.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if is_reserved(head.uri.path()) {
        return response::json_message(StatusCode::NOT_FOUND, "Not Found");
    }
    if let Some(fault) = gateway.faults.on_route(&head.method, head.uri.path()) {
        let mut response = fault.response();
        gateway.allowed_origins.set_headers(&head, response.headers_mut());
        return response;
    }
    let request_id = gateway.functions.request_id();
    let context = RequestContext { peer, port: gateway.port, now: gateway.clock.now(), request_id };
    let mut response = match receive(&head, body, &context).await {
        Ok(event) => invoke(&gateway, event, &context).await,
        Err(refusal) => refusal,
    };
    gateway.allowed_origins.set_headers(&head, response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

/// The JSON of the function's event, or the gateway's refusal of the request.
async fn receive(head: &Parts, body: Body, context: &RequestContext) -> Result<Vec<u8>, Response> {
    let host = head.headers.get(HOST).map(|host| Authority::try_from(host.as_bytes()));
    if !matches!(host, Some(Ok(_))) {
        return Err(response::json_message(StatusCode::BAD_REQUEST, "Bad Request"));
    }
    let too_large = || response::json_message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large())?;
    let event = event::from_request(head, &body, context).to_string().into_bytes();
    if event.len() > PAYLOAD_LIMIT { Err(too_large()) } else { Ok(event) }
}

async fn invoke(gateway: &Gateway, event: Vec<u8>, context: &RequestContext) -> Response {
    let invocation = Arc::clone(&gateway.functions).on_request(event, context.request_id);
    match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
        Ok(Ok(payload)) => response::to_http(&payload),
        Ok(Err(_)) => response::json_message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Err(_) => response::json_message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    }
}

fn is_reserved(path: &str) -> bool {
    RESERVED.iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(request: http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    fn context() -> RequestContext {
        RequestContext {
            peer: "127.0.0.1:1".parse().unwrap(),
            port: 9000,
            now: jiff::Timestamp::UNIX_EPOCH,
            request_id: uuid::Uuid::nil(),
        }
    }

    async fn received(content_type: &str, body: Vec<u8>) -> Result<usize, StatusCode> {
        let head = head(Request::post("/").header("host", "localhost").header("content-type", content_type));
        let event = receive(&head, Body::from(body), &context()).await;
        event.map(|event| event.len()).map_err(|refusal| refusal.status())
    }

    #[tokio::test]
    async fn a_body_over_ten_megabytes_is_refused() {
        assert_eq!(received("text/plain", vec![b'a'; BODY_LIMIT + 1]).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test]
    async fn an_event_over_lambdas_limit_is_refused_counting_its_encoding() {
        let five = vec![b'a'; 5 * 1024 * 1024];
        assert!(received("text/plain", five.clone()).await.is_ok());
        assert_eq!(received("image/png", five).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(received("text/plain", vec![b'a'; PAYLOAD_LIMIT]).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test]
    async fn a_malformed_host_is_refused() {
        for host in ["a b", "", "a/b"] {
            let head = head(Request::get("/").header("host", host));
            let refusal = receive(&head, Body::empty(), &context()).await.unwrap_err();
            assert_eq!(refusal.status(), StatusCode::BAD_REQUEST, "{host:?}");
        }
    }

    #[test]
    fn only_whole_segments_are_reserved() {
        assert!(is_reserved("/_local/x") && is_reserved("/_aws") && is_reserved("/v2/email/x"));
        assert!(!is_reserved("/_locals") && !is_reserved("/v2/emails") && !is_reserved("/"));
    }
}
