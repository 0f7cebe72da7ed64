//! The start of a function: its operation, parameters, clients, the log and the metrics, and then the runtime's loop.

use std::{convert::Infallible, io::stdout, process::ExitCode};

use lambda_http::{Request, service_fn};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use shared::Usher;

use crate::{events, http_edge::answer, log, metrics::Metrics, operation::Operation, routes};

/// The name that the handler of a Lambda function has if the function serves every route.
const EVERY_ROUTE: &str = "bootstrap";

/// Why a function couldn't start, or why the Lambda runtime ended the function.
type StartError = lambda_runtime::Error;

/// Serves the operation that the function's handler names, until the runtime ends. Lambda passes the handler in the
/// environment variable `_HANDLER`. Without a handler, or with the handler `bootstrap`, the program serves every route,
/// so that `cargo lambda watch` serves the whole API.
///
/// A function fails to start if its handler is not the name of an operation, and if a parameter is missing or invalid.
/// The log names the handler or the parameter.
pub async fn serve() -> ExitCode {
    let handler = environment("_HANDLER").unwrap_or_else(|| EVERY_ROUTE.to_owned());
    // The log begins after the parameters are read, because they have the log's level.
    let usher = Usher::from_environment().await;
    let level = usher.as_ref().map_or("info", |usher| usher.parameters.log_level.as_str());
    let log = log::to(stdout, log::filter(level), Some(&handler));
    // Setting the log fails only if the process has a log already.
    drop(tracing::subscriber::set_global_default(log));
    let served = match usher {
        Ok(usher) => run(&handler, &usher).await,
        Err(parameter) => Err(parameter.into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(reason = %error, "the function can't run");
            ExitCode::FAILURE
        }
    }
}

async fn run(handler: &str, usher: &Usher) -> Result<(), StartError> {
    let operation = operation_of(handler)?;
    let metrics = environment("METRICS_NAMESPACE").map(Metrics::install).transpose()?;
    match operation {
        Some(operation) if operation.handles_events() => {
            let handle = |event: LambdaEvent<Value>| async move {
                let response = events::handle(usher, operation, event.payload, &event.context.request_id).await;
                write_metrics(metrics);
                response
            };
            lambda_runtime::run(service_fn(handle)).await
        }
        _ => {
            let handle = |request: Request| async move {
                let operation = operation.unwrap_or_else(|| routes::operation_of(&request));
                let response = answer(usher, operation, request).await;
                write_metrics(metrics);
                Ok::<_, Infallible>(response)
            };
            lambda_http::run(service_fn(handle)).await
        }
    }
}

/// The operation that a handler names. The result is `None` for a function that serves every route.
fn operation_of(handler: &str) -> Result<Option<Operation>, String> {
    if handler == EVERY_ROUTE {
        return Ok(None);
    }
    let named = Operation::ALL.iter().find(|operation| operation.name() == handler);
    named.map(|operation| Some(*operation)).ok_or_else(|| {
        format!(
            "the handler {handler:?} is no operation; name one, such as invite-users, or {EVERY_ROUTE} for every route"
        )
    })
}

/// Writes to the log what the invocation counted.
fn write_metrics(metrics: Option<Metrics>) {
    if let Some(Err(error)) = metrics.map(|metrics| metrics.write(&mut stdout())) {
        tracing::warn!(%error, "the metrics can't be written");
    }
}

/// A variable of the environment that is no parameter of the service. An empty variable counts as one that is not set.
fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the handler and the namespace of metrics concern only a function")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_names_an_operation_or_stands_for_every_route() {
        assert_eq!(operation_of("invite-users"), Ok(Some(Operation::InviteUsers)));
        assert_eq!(operation_of("bootstrap"), Ok(None));
        let error = operation_of("InviteUsers").unwrap_err();
        assert!(error.contains("\"InviteUsers\""), "{error}");
    }
}
