//! The functions as Lambda runs them, and Lambda's Invoke API. Each function has its own SDK clients. Each invocation
//! of a function runs in its own task, so that a panic ends one invocation and no other invocation.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use functions::{Operation, events};
use http::{HeaderMap, StatusCode};
use lambda_http::{Adapter, Context, LambdaEvent, Request, Service as _, request::LambdaRequest, service_fn};
use serde_json::{Value, json};
use shared::{Usher, domain::Random};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{remote_function::RemoteFunction, response};

/// How many queued events the event functions handle at the same time.
const CONCURRENT_EVENTS: usize = 4;

/// How often the stack sends a failed event to its function again. The pause before each retry of a failed event is
/// longer than the pause before the previous retry.
const EVENT_RETRIES: u32 = 3;
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// An invocation ended without a response: the function panicked, or could not read its event.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FunctionError(pub(crate) String);

/// The services that each operation runs on. Each shard of the table's stream invokes its own instance of a function, so a
/// function that reads the stream has one service for each shard. Every other function has one service.
type Ushers = HashMap<Operation, Vec<Usher>>;

/// The functions that other programs run, by operation.
pub(crate) type RemoteFunctions = HashMap<Operation, RemoteFunction>;

/// A guard that makes a reset of the stack wait until the guard is dropped.
pub(crate) type ResetHold = tokio::sync::OwnedRwLockReadGuard<()>;

/// All deployed functions.
#[derive(Debug)]
pub(crate) struct Functions {
    ushers: RwLock<Arc<Ushers>>,
    remote: RemoteFunctions,
    /// How many shards the table's stream has.
    shards: usize,
    random: Arc<dyn Random>,
    /// The number of event functions that run now or have events queued.
    busy_count: Arc<AtomicUsize>,
    event_permits: Arc<Semaphore>,
    /// The lock that makes requests and resets exclude each other: requests hold the lock for reading, and a reset
    /// holds the lock for writing.
    reset_lock: Arc<tokio::sync::RwLock<()>>,
}

impl Functions {
    /// Deploys every operation. `usher` makes a service that an operation runs on, unless the operation is one of the
    /// `remote` functions.
    pub(crate) fn deploy(
        random: Arc<dyn Random>,
        shards: usize,
        remote: RemoteFunctions,
        usher: impl Fn(Operation) -> Usher,
    ) -> Self {
        let ushers = RwLock::new(Arc::new(deploy_all(shards, usher)));
        Self {
            ushers,
            remote,
            shards,
            random,
            busy_count: Arc::default(),
            event_permits: Arc::new(Semaphore::new(CONCURRENT_EVENTS)),
            reset_lock: Arc::default(),
        }
    }

    /// Deploys every operation anew, so that nothing that a function has cached remains.
    pub(crate) fn redeploy(&self, usher: impl Fn(Operation) -> Usher) {
        let ushers = Arc::new(deploy_all(self.shards, usher));
        *self.ushers.write().unwrap_or_else(PoisonError::into_inner) = ushers;
    }

    /// Makes every reset of the stack wait until the returned guard is dropped. If a reset is already running, this
    /// function first waits until the reset has ended.
    pub(crate) async fn hold_off_reset(&self) -> ResetHold {
        Arc::clone(&self.reset_lock).read_owned().await
    }

    /// Waits until no request runs, and makes new requests wait until the returned guard is dropped.
    pub(crate) async fn stop_requests(&self) -> tokio::sync::OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.reset_lock).write_owned().await
    }

    /// A new id for an invocation of a function.
    pub(crate) fn request_id(&self) -> Uuid {
        self.random.uuid()
    }

    /// Invokes the function of a request's route. The API Gateway event and the function's response are JSON.
    pub(crate) async fn on_request(
        self: Arc<Self>,
        operation: Operation,
        event: Vec<u8>,
        request_id: Uuid,
    ) -> Result<Vec<u8>, FunctionError> {
        in_own_task(async move {
            let _running = self.hold_off_reset().await;
            self.request(operation, event, request_id).await
        })
        .await?
    }

    /// Invokes an event function. The event and the function's response are JSON.
    pub(crate) async fn on_event(self: Arc<Self>, operation: Operation, event: Value) -> Result<Value, FunctionError> {
        self.on_records(operation, 0, event).await
    }

    /// Invokes the instance of an event function that handles the records of this shard.
    pub(crate) async fn on_records(
        self: Arc<Self>,
        operation: Operation,
        shard: usize,
        event: Value,
    ) -> Result<Value, FunctionError> {
        in_own_task(async move { self.event(operation, shard, event).await }).await?
    }

    /// Queues events for an event function. As with EventBridge, the function gets the events later, one after the
    /// other, and gets an event again if it fails. The iterator `events` makes each event only when the turn of the
    /// event comes. An inviting request of many people queues thousands of events, and an event takes more memory than
    /// the data that the event is made from.
    pub(crate) fn queue_events(
        self: &Arc<Self>,
        operation: Operation,
        events: impl FnOnce() -> Vec<Value> + Send + 'static,
    ) {
        let (functions, busy) = (Arc::clone(self), BusyGuard::start(self.busy_count.clone()));
        tokio::spawn(async move {
            let _busy = busy;
            let Ok(_permit) = Arc::clone(&functions.event_permits).acquire_owned().await else { return };
            for event in events() {
                functions.deliver_event(operation, event).await;
            }
        });
    }

    /// Invokes an event function with an event, and retries when the function fails.
    async fn deliver_event(self: &Arc<Self>, operation: Operation, event: Value) {
        for attempt in 0..=EVENT_RETRIES {
            tokio::time::sleep(RETRY_PAUSE * attempt).await;
            if Arc::clone(self).on_event(operation, event.clone()).await.is_ok() {
                return;
            }
        }
    }

    /// The number of event functions that run now or have events queued.
    pub(crate) fn busy_event_functions(&self) -> usize {
        self.busy_count.load(Ordering::SeqCst)
    }

    async fn event(&self, operation: Operation, shard: usize, event: Value) -> Result<Value, FunctionError> {
        let _busy = BusyGuard::start(self.busy_count.clone());
        if let Some(remote) = self.remote.get(&operation) {
            let response = remote.invoke(event.to_string().into_bytes()).await.map_err(FunctionError)?;
            return serde_json::from_slice(&response).map_err(|error| FunctionError(error.to_string()));
        }
        let request_id = self.request_id().to_string();
        let ushers = self.ushers();
        // The deployment has inserted the services of every operation and shard, so this lookup doesn't fail.
        events::handle(&ushers[&operation][shard], operation, event, &request_id)
            .await
            .map_err(|error| FunctionError(error.to_string()))
    }

    async fn request(&self, operation: Operation, event: Vec<u8>, request_id: Uuid) -> Result<Vec<u8>, FunctionError> {
        if let Some(remote) = self.remote.get(&operation) {
            return remote.invoke(event).await.map_err(FunctionError);
        }
        let event: LambdaRequest = serde_json::from_slice(&event).map_err(|error| FunctionError(error.to_string()))?;
        let mut context = Context::default();
        context.request_id = request_id.to_string();
        let ushers = self.ushers();
        // The deployment has inserted the services of every operation, so this lookup doesn't fail.
        let usher = &ushers[&operation][0];
        let mut adapter = Adapter::from(service_fn(|request: Request| async move {
            Ok::<_, Infallible>(functions::answer(usher, operation, request).await)
        }));
        let answer = match adapter.call(LambdaEvent::new(event, context)).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        serde_json::to_vec(&answer).map_err(|error| FunctionError(error.to_string()))
    }

    async fn invoke(&self, operation: Operation, event: &Bytes) -> Result<Vec<u8>, FunctionError> {
        if !operation.handles_events() {
            return self.request(operation, event.to_vec(), self.request_id()).await;
        }
        let event = if event.is_empty() { b"{}" } else { &**event };
        let event = serde_json::from_slice(event).map_err(|error| FunctionError(error.to_string()))?;
        Ok(self.event(operation, 0, event).await?.to_string().into_bytes())
    }

    fn ushers(&self) -> Arc<Ushers> {
        Arc::clone(&self.ushers.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn deploy_all(shards: usize, usher: impl Fn(Operation) -> Usher) -> Ushers {
    let instances = |operation| match operation {
        Operation::DeliverInvitations | Operation::PublishEvents => shards,
        _ => 1,
    };
    let deploy = |&operation| (operation, (0..instances(operation)).map(|_| usher(operation)).collect());
    Operation::ALL.iter().map(deploy).collect()
}

/// Counts an event function as busy until the guard is dropped, which also happens when the function panics.
struct BusyGuard(Arc<AtomicUsize>);

impl BusyGuard {
    fn start(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `GET /_local/functions`: how many event functions run now, or have events queued.
pub(crate) async fn busy_functions(State(functions): State<Arc<Functions>>) -> Json<Value> {
    Json(json!({ "underWay": functions.busy_event_functions() }))
}

/// Runs an invocation in a task of its own. An invocation that runs in a task of its own continues if the caller stops
/// waiting, and a panic of the invocation doesn't reach the caller.
async fn in_own_task<T: Send + 'static>(
    invocation: impl Future<Output = T> + Send + 'static,
) -> Result<T, FunctionError> {
    tokio::spawn(invocation).await.map_err(|error| {
        tracing::error!(%error, "a function panicked");
        FunctionError("the function panicked".to_owned())
    })
}

/// `POST /2015-03-31/functions/{name}/invocations`, Lambda's Invoke
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>), for `aws lambda invoke`.
pub(crate) async fn invoke(
    State(functions): State<Arc<Functions>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    event: Bytes,
) -> Response {
    let Some(&operation) = Operation::ALL.iter().find(|operation| operation.name() == name) else {
        let mut response = response::json_message(StatusCode::NOT_FOUND, &format!("Function not found: {name}"));
        response.headers_mut().insert("x-amzn-errortype", http::HeaderValue::from_static("ResourceNotFoundException"));
        return response;
    };
    let invocation = in_own_task(async move {
        let _running = functions.hold_off_reset().await;
        functions.invoke(operation, &event).await
    });
    if headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event") {
        tokio::spawn(invocation);
        return StatusCode::ACCEPTED.into_response();
    }
    match invocation.await.flatten() {
        Ok(answer) => answer.into_response(),
        Err(error) => {
            let body = json!({"errorType": "Unhandled", "errorMessage": error.to_string()});
            ([("x-amz-function-error", "Unhandled")], body.to_string()).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_invocation_and_nothing_else() {
        assert!(in_own_task(async { panic!("a bug") }).await.map(|()| 1).is_err());
        assert_eq!(in_own_task(async { 1 }).await.ok(), Some(1));
    }
}
