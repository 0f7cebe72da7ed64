//! The start of a function: parameters, clients and the log, and then the runtime's loop.

use std::convert::Infallible;

use futures::future::LocalBoxFuture;
use lambda_http::{Request, service_fn};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use shared::Usher;

use crate::{events, http_edge::answer, log, operation::Operation};

/// Why a function couldn't start, or why the Lambda runtime ended the function.
pub type StartError = lambda_runtime::Error;

/// Serves the HTTP requests of an operation until the runtime ends.
///
/// The future is boxed, so that the library compiles it once and each program only links it.
///
/// # Errors
/// A parameter that is missing or invalid. The error names the parameter.
pub fn serve(operation: Operation) -> LocalBoxFuture<'static, Result<(), StartError>> {
    Box::pin(async move {
        let usher = &start().await?;
        let handler = |request: Request| async move { Ok::<_, Infallible>(answer(usher, operation, request).await) };
        lambda_http::run(service_fn(handler)).await
    })
}

/// Serves the events of an operation until the runtime ends.
///
/// # Errors
/// A parameter that is missing or invalid. The error names the parameter.
pub fn serve_events(operation: Operation) -> LocalBoxFuture<'static, Result<(), StartError>> {
    Box::pin(async move {
        let usher = &start().await?;
        let handler =
            |event: LambdaEvent<Value>| events::handle(usher, operation, event.payload, &event.context.request_id);
        lambda_runtime::run(service_fn(handler)).await
    })
}

async fn start() -> Result<Usher, StartError> {
    let usher = Usher::from_environment().await?;
    let directives = log::directives(&usher.parameters.log_level);
    tracing::subscriber::set_global_default(log::to(std::io::stdout, &directives))?;
    Ok(usher)
}
