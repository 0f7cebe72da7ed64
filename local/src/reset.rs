//! `POST /_local/reset`: returns a running stack to its initial state.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, response::Response};
use dynoxide::DynoxideError;
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    deployment::{Deployment, TableError},
    dynamodb::{Table, request},
    response::json_message,
    start_error::StackStartError,
};

/// How long a reset waits for the event functions to become idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The reason why a reset of the local stack failed.
#[derive(Debug, thiserror::Error)]
enum ResetError {
    #[error("a stack that uses --endpoint can't be reset: its table may hold other people's data")]
    ForeignTable,
    #[error("the event functions did not become idle in time: try again")]
    Busy,
    #[error("the table can't be emptied: {0}")]
    Table(#[from] DynoxideError),
    #[error("the table can't be prepared: {0}")]
    Prepare(#[from] TableError),
    #[error(transparent)]
    Start(#[from] StackStartError),
}

/// `POST /_local/reset`: deletes all data, mails, events, faults and counts, sets the clock to the system's time, and
/// writes the seed again. Requests that arrive during the reset of a local stack wait until the reset has ended.
pub(crate) async fn reset(State(deployment): State<Arc<Deployment>>) -> Result<StatusCode, Response> {
    // The reset runs in a task of its own, so that the reset completes even if the client does not wait for the
    // response.
    let running = tokio::spawn(async move { run(&deployment).await });
    let failure = match running.await {
        Ok(Ok(())) => return Ok(StatusCode::NO_CONTENT),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(failure, "the reset failed");
    Err(json_message(StatusCode::CONFLICT, &failure))
}

async fn run(deployment: &Deployment) -> Result<(), ResetError> {
    let table = deployment.table.as_ref().ok_or(ResetError::ForeignTable)?;
    // The reset removes the queued faults first, because a fault could keep the running requests from ending.
    deployment.faults.clear();
    let _no_requests = deployment.functions.stop_requests().await;
    let mut triggers = deployment.triggers.lock().await;
    if let Some(running) = triggers.take() {
        running.stop().await;
    }
    let emptied = empty(deployment, table).await;
    // The stack starts its triggers again even if the reset failed.
    *triggers = Some(deployment.start_triggers()?);
    emptied
}

async fn empty(deployment: &Deployment, table: &Table) -> Result<(), ResetError> {
    wait_until_idle(deployment).await?;
    let old = table.clone();
    let keys = blocking(move || old.delete()).await?;
    deployment.clock.reset();
    deployment.prepare_table().await?;
    let new = table.clone();
    blocking(move || new.put(keys)).await?;
    deployment.ses.mailbox.reset();
    deployment.ses.sending_rate.refill();
    deployment.bus.clear();
    deployment.faults.clear();
    deployment.faults.forget_calls();
    deployment.functions.redeploy(|operation| deployment.config.usher(operation));
    Ok(())
}

async fn wait_until_idle(deployment: &Deployment) -> Result<(), ResetError> {
    let idle = async {
        while deployment.functions.busy_event_functions() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(IDLE_TIMEOUT, idle).await.map_err(|_| ResetError::Busy)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DynoxideError> + Send + 'static,
) -> Result<T, ResetError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| DynoxideError::InternalServerError(error.to_string()))??)
}

impl Table {
    /// Deletes the table, and returns the public keys of access tokens. The public keys outlive a reset, because a
    /// function in another process remembers that it has published its key, and doesn't publish the key again.
    fn delete(&self) -> Result<Vec<Value>, DynoxideError> {
        let keys = self.database.query(request(json!({
            "TableName": &*self.name,
            "KeyConditionExpression": "pk = :config AND begins_with(sk, :key)",
            "ExpressionAttributeValues": {":config": {"S": "CONFIG"}, ":key": {"S": "KEY#"}},
        }))?)?;
        self.database.delete_table(request(json!({ "TableName": &*self.name }))?)?;
        Ok(keys.items.unwrap_or_default().into_iter().map(|item| json!(item)).collect())
    }

    fn put(&self, items: Vec<Value>) -> Result<(), DynoxideError> {
        for item in items {
            self.database.put_item(request(json!({ "TableName": &*self.name, "Item": item }))?)?;
        }
        Ok(())
    }
}
