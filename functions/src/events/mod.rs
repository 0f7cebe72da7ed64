//! The Lambda functions that an event invokes, and not an HTTP request.

mod deliver_invitations;
mod publish_events;
mod record_mail_events;
mod response;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::{
    Usher,
    operations::{MAIL_TIME_BUDGET, SweepResult},
};
use tokio::time::Instant;
use tracing::Instrument;

use self::response::failed;
use crate::{metrics, operation::Operation};

/// Handles an event as the Lambda function of the given operation does, and returns the function's response. The
/// function's log names the id of the invocation.
///
/// # Errors
/// An error for an event that the operation can't read, for a failure of the store, and for a sweep that gave mail up or
/// leaves mail that has waited too long.
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
        let begun = Instant::now();
        let response = dispatch(usher, operation, event).await;
        metrics::took(operation, begun.elapsed());
        response
    };
    Box::pin(handled.instrument(span))
}

async fn dispatch(usher: &Usher, operation: Operation, event: Value) -> Result<Value, lambda_runtime::Error> {
    match operation {
        Operation::DeliverInvitations => Ok(deliver_invitations::handle(usher, &serde_json::from_value(event)?).await),
        Operation::SweepUndelivered => {
            let swept = usher.sweep(Instant::now() + MAIL_TIME_BUDGET).await.map_err(failed)?;
            sweep_response(swept)
        }
        Operation::RequeueUndelivered => {
            let count = usher.requeue().await.map_err(failed)?;
            Ok(json!({ "requeued": count }))
        }
        Operation::RecordMailEvents => record_mail_events::handle(usher, event).await,
        Operation::PublishEvents => publish_events::handle(usher, &serde_json::from_value(event)?).await,
        other => Err(format!("{} has no events", other.name()).into()),
    }
}

/// The response to a sweep. A sweep that gave mail up or leaves mail that has waited too long fails at its end, so that
/// Lambda counts an error: an alarm then rings even if the function cannot log.
fn sweep_response(swept: SweepResult) -> Result<Value, lambda_runtime::Error> {
    let SweepResult { delivered, given_up, mail_waits } = swept;
    match (given_up, mail_waits) {
        (0, false) => Ok(json!({ "settled": delivered })),
        (0, true) => Err("mail has waited for SES for 15 minutes".into()),
        (given_up, _) => Err(format!("mail was given up: {given_up} outbox items").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_fails_if_it_gave_mail_up_or_left_mail_that_waited_too_long() {
        let swept = SweepResult { delivered: 2, ..SweepResult::default() };
        assert_eq!(sweep_response(swept).unwrap(), json!({ "settled": 2 }));
        for failed in [SweepResult { given_up: 1, ..swept }, SweepResult { mail_waits: true, ..swept }] {
            assert!(sweep_response(failed).is_err(), "{failed:?}");
        }
    }
}
