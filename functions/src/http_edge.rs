//! From an HTTP request to its response. Answering a request never fails: every failure becomes a response in a
//! contract's format, because the API gateway would answer for a failed function in the gateway's own format.

use http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response, request::RequestContext};
use shared::{Usher, domain::WorkspaceId};
use tokio::time::Instant;
use tracing::Instrument;

use crate::{
    metrics, openapi,
    operation::Operation,
    routes::{self, Found, Location, Route},
    vocabulary::{ApiDescription, Failure, HandlerResult, Incoming, UnknownFields, log_failure, no_content},
};

const API_DESCRIPTION: ApiDescription =
    ApiDescription { document: openapi::document_response, reference_page: openapi::reference_page };

/// Answers an HTTP request as the Lambda function of the given operation does.
pub async fn answer(usher: &Usher, operation: Operation, request: Request) -> Response<Body> {
    let trace_id = request_id(&request);
    let span = tracing::info_span!(
        "request",
        request_id = trace_id,
        operation = operation.name(),
        company = tracing::field::Empty,
        workspace = tracing::field::Empty
    );
    answer_logged(usher, operation, request, trace_id).instrument(span).await
}

async fn answer_logged(usher: &Usher, operation: Operation, request: Request, trace_id: String) -> Response<Body> {
    let begun = Instant::now();
    let Location { found, contract, base_path } = routes::locate(&request);
    let incoming = Incoming::new(request, trace_id.clone(), API_DESCRIPTION);
    let result = match found {
        Found::Route(route, parameters) if route.operation == operation => {
            let incoming = incoming.on_route(parameters, base_path, route.unknown_fields());
            handle(usher, route, &incoming).await
        }
        Found::OtherMethods(_) | Found::Nothing if incoming.is_preflight() => Ok(no_content()),
        Found::OtherMethods(methods) => Err(Failure::Method(methods)),
        Found::Route(..) | Found::Nothing => Err(Failure::Path),
    };
    let response = result.unwrap_or_else(|failure| {
        log_failure(&failure);
        contract.render(&failure, &trace_id)
    });
    let time = begun.elapsed();
    metrics::took(operation, time);
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        metrics::throttled();
    }
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
    response
}

async fn handle(usher: &Usher, route: &Route, incoming: &Incoming) -> HandlerResult {
    if let Ok(workspace) = incoming.path_parameter("workspaceId").parse::<WorkspaceId>() {
        tracing::Span::current().record("workspace", tracing::field::display(workspace));
    }
    if incoming.has_query() && route.unknown_fields() == UnknownFields::Refused {
        let declared: Vec<_> = (route.describe)().query.iter().map(|parameter| parameter.name).collect();
        incoming.require_declared_parameters(&declared)?;
    }
    (route.handler)(usher, incoming).await
}

/// The id that the API gateway gave the HTTP request.
fn request_id(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
