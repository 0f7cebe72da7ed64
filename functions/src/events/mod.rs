//! The functions that are invoked by an event and not by an HTTP request.

mod deliver_invitations;
mod publish_events;
mod record_mail_events;
mod response;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::{Usher, operations::MAIL_TIME_BUDGET};
use tokio::time::Instant;
use tracing::Instrument;

use self::response::failed;
use crate::operation::Operation;

/// Handles an event as the Lambda function of the given operation does, and returns the function's response. The log
/// names the id of the invocation.
///
/// # Errors
/// An error for an event that the operation can't read, and for a failure of the store.
pub fn handle<'a>(
    usher: &'a Usher,
    operation: Operation,
    event: Value,
    request_id: &str,
) -> BoxFuture<'a, Result<Value, lambda_runtime::Error>> {
    let span = tracing::info_span!(
        "event",
        request_id,
        operation = operation.name(),
        company = tracing::field::Empty,
        workspace = tracing::field::Empty
    );
    let handled = async move {
        match operation {
            Operation::DeliverInvitations => {
                Ok(deliver_invitations::handle(usher, &serde_json::from_value(event)?).await)
            }
            Operation::SweepUndelivered => {
                let count = usher.sweep(Instant::now() + MAIL_TIME_BUDGET).await.map_err(failed)?;
                Ok(json!({ "settled": count }))
            }
            Operation::RequeueUndelivered => {
                let count = usher.requeue().await.map_err(failed)?;
                Ok(json!({ "requeued": count }))
            }
            Operation::RecordMailEvents => record_mail_events::handle(usher, event).await,
            Operation::PublishEvents => publish_events::handle(usher, &serde_json::from_value(event)?).await,
            other => Err(format!("{} has no events", other.name()).into()),
        }
    };
    Box::pin(handled.instrument(span))
}
