//! From request to answer. Never fails: errors are answers too, because the gateway would answer an error in nobody's
//! contract.

use lambda_http::{Body, Request, RequestExt, Response, request::RequestContext};
use shared::{Usher, domain::WorkspaceId};
use tokio::time::Instant;
use tracing::Instrument;

use crate::{
    Operation,
    contracts::{Contract, log_failure},
    incoming::{Failure, Incoming},
    routes::{self, Answer, Found},
};

/// Answers a request as the function of this operation does.
pub async fn answer(usher: &Usher, operation: Operation, request: Request) -> Response<Body> {
    let trace_id = request_id(&request);
    let span = tracing::info_span!(
        "request",
        request_id = trace_id,
        operation = operation.name(),
        company = tracing::field::Empty,
        workspace = tracing::field::Empty
    );
    route(usher, operation, request, trace_id).instrument(span).await
}

async fn route(usher: &Usher, operation: Operation, request: Request, trace_id: String) -> Response<Body> {
    let begun = Instant::now();
    let found = routes::find(request.method(), request.raw_http_path());
    let (contract, incoming, answer) = match found {
        Found::Route(route, parameters) if route.operation == operation => {
            let incoming = Incoming::new(request, parameters, trace_id);
            if let Ok(workspace) = incoming.parameter("workspaceId").parse::<WorkspaceId>() {
                tracing::Span::current().record("workspace", tracing::field::display(workspace));
            }
            let answer = (route.handler)(usher, &incoming).await;
            (route.contract, incoming, answer)
        }
        Found::OtherMethods(known) => refused(request, trace_id, Failure::Method(known)),
        Found::Route(..) | Found::Nothing => refused(request, trace_id, Failure::Path),
    };
    let response = answer.unwrap_or_else(|failure| {
        log_failure(&failure);
        contract.render(&failure, incoming.trace_id())
    });
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
    response
}

fn refused(request: Request, trace_id: String, failure: Failure) -> (Contract, Incoming, Answer) {
    let contract = Contract::of_path(request.raw_http_path());
    (contract, Incoming::new(request, Vec::new(), trace_id), Err(failure))
}

/// The gateway's id of the request.
fn request_id(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
