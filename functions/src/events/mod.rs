//! The functions that no HTTP request wakes.

mod deliver_invitations;
mod publish_events;
mod record_mail_events;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::{Usher, operations::BUDGET};
use tokio::time::Instant;
use tracing::Instrument;

use crate::{Operation, StartError};

/// Handles an event as the function of this operation does. The answer is what the function returns. The id of the
/// invocation is for the log.
///
/// # Errors
/// If the event isn't one of the operation's, or the store fails.
pub fn handle<'a>(
    usher: &'a Usher,
    operation: Operation,
    event: Value,
    request_id: &str,
) -> BoxFuture<'a, Result<Value, StartError>> {
    let span = tracing::info_span!(
        "event",
        request_id,
        operation = operation.name(),
        company = tracing::field::Empty,
        workspace = tracing::field::Empty
    );
    let handled = async move {
        match operation {
            Operation::DeliverInvitations => deliver_invitations::handle(usher, serde_json::from_value(event)?).await,
            // What was left, each minute.
            Operation::SweepUndelivered => {
                let settled = usher.sweep(Instant::now() + BUDGET).await.map_err(failed)?;
                Ok(json!({ "settled": settled }))
            }
            // What was given up, when asked by hand.
            Operation::RequeueUndelivered => {
                let requeued = usher.requeue().await.map_err(failed)?;
                Ok(json!({ "requeued": requeued }))
            }
            Operation::RecordMailEvents => record_mail_events::handle(usher, event).await,
            Operation::PublishEvents => publish_events::handle(usher, serde_json::from_value(event)?).await,
            other => Err(format!("{} has no events", other.name()).into()),
        }
    };
    Box::pin(handled.instrument(span))
}

fn failed(error: shared::Error) -> StartError {
    match error {
        shared::Error::Internal(context) | shared::Error::Unavailable(context) => context.for_the_log().into(),
        other => format!("{other:?}").into(),
    }
}
