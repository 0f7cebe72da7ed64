//! The gateway: API Gateway's part of a request, with its limits.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header::HOST, request::Parts, uri::Authority};
use shared::domain::Clock;

use crate::{
    event::{self, Reception},
    lambda::Functions,
    reply::{self, PAYLOAD_LIMIT},
};

/// The largest body that an HTTP API takes, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How long an HTTP API waits for its integration.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Paths that belong to the stack itself and never reach a function.
const RESERVED: [&str; 4] = ["/_local", "/_aws", "/v2/email", "/2015-03-31"];

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) port: u16,
}

/// Answers a request that no route of the stack's own takes.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if is_reserved(head.uri.path()) {
        return reply::message(StatusCode::NOT_FOUND, "Not Found");
    }
    let request_id = gateway.functions.request_id();
    let reception = Reception { peer, port: gateway.port, now: gateway.clock.now(), request_id };
    let mut response = match receive(&head, body, &reception).await {
        Ok(event) => answer(&gateway, event, &reception).await,
        Err(refusal) => refusal,
    };
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

/// The event's JSON, or the gateway's refusal.
async fn receive(head: &Parts, body: Body, reception: &Reception) -> Result<Vec<u8>, Response> {
    let host = head.headers.get(HOST).map(|host| Authority::try_from(host.as_bytes()));
    if !matches!(host, Some(Ok(_))) {
        return Err(reply::message(StatusCode::BAD_REQUEST, "Bad Request"));
    }
    let too_large = || reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| too_large())?;
    let event = event::of_request(head, &body, reception).to_string().into_bytes();
    if event.len() > PAYLOAD_LIMIT { Err(too_large()) } else { Ok(event) }
}

async fn answer(gateway: &Gateway, event: Vec<u8>, reception: &Reception) -> Response {
    let invocation = Arc::clone(&gateway.functions).on_request(event, reception.request_id);
    match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
        Ok(Ok(answer)) => reply::to_http(&answer),
        Ok(Err(_)) => reply::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Err(_) => reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
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

    fn reception() -> Reception {
        Reception {
            peer: "127.0.0.1:1".parse().unwrap(),
            port: 9000,
            now: jiff::Timestamp::UNIX_EPOCH,
            request_id: uuid::Uuid::nil(),
        }
    }

    async fn received(content_type: &str, body: Vec<u8>) -> Result<usize, StatusCode> {
        let head = head(Request::post("/").header("host", "localhost").header("content-type", content_type));
        let event = receive(&head, Body::from(body), &reception()).await;
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
    async fn a_host_that_is_none_is_refused() {
        for host in ["a b", "", "a/b"] {
            let head = head(Request::get("/").header("host", host));
            let refusal = receive(&head, Body::empty(), &reception()).await.unwrap_err();
            assert_eq!(refusal.status(), StatusCode::BAD_REQUEST, "{host:?}");
        }
    }

    #[test]
    fn only_whole_segments_are_reserved() {
        assert!(is_reserved("/_local/x") && is_reserved("/_aws") && is_reserved("/v2/email/x"));
        assert!(!is_reserved("/_locals") && !is_reserved("/v2/emails") && !is_reserved("/"));
    }
}
