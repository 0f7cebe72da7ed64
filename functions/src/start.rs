//! The start of a Lambda function: the program finds out its operation, reads its parameters, creates its clients and
//! its log, and then runs the Lambda runtime's loop.

use std::convert::Infallible;

use lambda_http::{Request, RequestExt, service_fn};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use shared::Usher;

use crate::{events, http_edge::answer, log, operation::Operation, routes};

/// The name that the handler of a Lambda function has if the function serves every route.
const EVERY_ROUTE: &str = "bootstrap";

/// Why a function couldn't start, or why the Lambda runtime ended the function.
pub type StartError = lambda_runtime::Error;

/// Serves the operation that the function's handler names, until the runtime ends. Lambda passes the handler in the
/// environment variable `_HANDLER`. Without a handler, or with the handler `bootstrap`, the program serves every route,
/// so that `cargo lambda watch` serves the whole API.
///
/// # Errors
/// The start fails for a handler that is not the name of an operation, and for a parameter that is missing or invalid.
/// The error names the handler or the parameter.
pub async fn serve() -> Result<(), StartError> {
    #[expect(clippy::disallowed_methods, reason = "Lambda passes the function's handler in the environment")]
    let handler = std::env::var("_HANDLER").unwrap_or_default();
    let operation = operation_of(&handler)?;
    let usher = &start().await?;
    match operation {
        Some(operation) if operation.handles_events() => {
            let handle =
                |event: LambdaEvent<Value>| events::handle(usher, operation, event.payload, &event.context.request_id);
            lambda_runtime::run(service_fn(handle)).await
        }
        _ => {
            let handle = |request: Request| async move {
                let of_route = || routes::operation_for(request.method(), request.raw_http_path());
                let operation = operation.unwrap_or_else(of_route);
                Ok::<_, Infallible>(answer(usher, operation, request).await)
            };
            lambda_http::run(service_fn(handle)).await
        }
    }
}

/// The operation that a handler names. The result is `None` for a function that serves every route.
fn operation_of(handler: &str) -> Result<Option<Operation>, String> {
    if handler.is_empty() || handler == EVERY_ROUTE {
        return Ok(None);
    }
    let named = Operation::ALL.iter().find(|operation| operation.name() == handler);
    named.map(|operation| Some(*operation)).ok_or_else(|| {
        format!(
            "the handler {handler:?} is no operation; name one, such as invite-users, or {EVERY_ROUTE} for every route"
        )
    })
}

async fn start() -> Result<Usher, StartError> {
    let usher = Usher::from_environment().await?;
    let directives = log::directives(&usher.parameters.log_level);
    tracing::subscriber::set_global_default(log::to(std::io::stdout, &directives))?;
    Ok(usher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_names_an_operation_or_stands_for_every_route() {
        assert_eq!(operation_of("invite-users"), Ok(Some(Operation::InviteUsers)));
        assert_eq!(operation_of(""), Ok(None));
        assert_eq!(operation_of("bootstrap"), Ok(None));
        let error = operation_of("InviteUsers").unwrap_err();
        assert!(error.contains("\"InviteUsers\""), "{error}");
    }
}
