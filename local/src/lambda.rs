//! The functions as Lambda runs them: each with clients of its own, each invocation apart, so that a panic ends one
//! invocation and nothing else. Also Lambda's Invoke API.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc,
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
use functions::{Operation, events, routes};
use http::{HeaderMap, StatusCode};
use lambda_http::{Adapter, Context, LambdaEvent, Request, Service as _, request::LambdaRequest, service_fn};
use serde_json::{Value, json};
use shared::{Usher, domain::Random};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::reply;

/// So many events are handed over at once, and a failed one again so often, after pauses that grow by this.
const TOLD_AT_ONCE: usize = 4;
const RETRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// An invocation ended without an answer: the function panicked, or could not read its event.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Crash(String);

/// All functions, deployed.
#[derive(Debug)]
pub(crate) struct Functions {
    ushers: HashMap<Operation, Usher>,
    random: Arc<dyn Random>,
    events_under_way: Arc<AtomicUsize>,
    told_at_once: Arc<Semaphore>,
}

impl Functions {
    /// Deploys every operation with what `usher` makes for it.
    pub(crate) fn deploy(random: Arc<dyn Random>, usher: impl Fn(Operation) -> Usher) -> Self {
        let ushers = Operation::ALL.iter().map(|&operation| (operation, usher(operation))).collect();
        Self { ushers, random, events_under_way: Arc::default(), told_at_once: Arc::new(Semaphore::new(TOLD_AT_ONCE)) }
    }

    /// An id for an invocation.
    pub(crate) fn request_id(&self) -> Uuid {
        self.random.uuid()
    }

    /// Hands an API Gateway event to the function that its route leads to, and gives its answer, both as JSON.
    pub(crate) async fn on_request(self: Arc<Self>, event: Vec<u8>, request_id: Uuid) -> Result<Vec<u8>, Crash> {
        apart(async move { self.request(&event, request_id, None).await }).await?
    }

    /// Hands an event to an event function, and gives its answer, both as JSON.
    pub(crate) async fn on_event(self: Arc<Self>, operation: Operation, event: Value) -> Result<Value, Crash> {
        apart(async move { self.event(operation, event).await }).await?
    }

    /// Hands events to an event function one after the other, as EventBridge does: later, and again when it fails. They
    /// are made when it is their turn, for many wait after a request of many.
    pub(crate) fn tell(self: &Arc<Self>, operation: Operation, events: impl FnOnce() -> Vec<Value> + Send + 'static) {
        let (functions, at_work) = (Arc::clone(self), AtWork::begin(self.events_under_way.clone()));
        tokio::spawn(async move {
            let _at_work = at_work;
            let Ok(_turn) = Arc::clone(&functions.told_at_once).acquire_owned().await else { return };
            for event in events() {
                for attempt in 0..=RETRIES {
                    tokio::time::sleep(PAUSE * attempt).await;
                    if Arc::clone(&functions).on_event(operation, event.clone()).await.is_ok() {
                        break;
                    }
                }
            }
        });
    }

    /// How many event functions are at work now, or have work waiting.
    pub(crate) fn events_under_way(&self) -> usize {
        self.events_under_way.load(Ordering::SeqCst)
    }

    async fn event(&self, operation: Operation, event: Value) -> Result<Value, Crash> {
        let _at_work = AtWork::begin(self.events_under_way.clone());
        let request_id = self.request_id().to_string();
        events::handle(self.usher(operation), operation, event, &request_id)
            .await
            .map_err(|error| Crash(error.to_string()))
    }

    async fn request(&self, event: &[u8], request_id: Uuid, operation: Option<Operation>) -> Result<Vec<u8>, Crash> {
        let event: LambdaRequest = serde_json::from_slice(event).map_err(|error| Crash(error.to_string()))?;
        let mut context = Context::default();
        context.request_id = request_id.to_string();
        let mut adapter = Adapter::from(service_fn(|request: Request| async move {
            let operation = operation.unwrap_or_else(|| routes::operation_for(request.method(), request.uri().path()));
            Ok::<_, Infallible>(functions::answer(self.usher(operation), operation, request).await)
        }));
        let answer = match adapter.call(LambdaEvent::new(event, context)).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        serde_json::to_vec(&answer).map_err(|error| Crash(error.to_string()))
    }

    async fn invoke(&self, operation: Operation, event: &[u8]) -> Result<Vec<u8>, Crash> {
        match operation {
            Operation::DeliverInvitations
            | Operation::SweepUndelivered
            | Operation::RequeueUndelivered
            | Operation::RecordMailEvents
            | Operation::PublishEvents => {
                let event = if event.is_empty() { b"{}" } else { event };
                let event = serde_json::from_slice(event).map_err(|error| Crash(error.to_string()))?;
                Ok(self.event(operation, event).await?.to_string().into_bytes())
            }
            _ => self.request(event, self.request_id(), Some(operation)).await,
        }
    }

    fn usher(&self, operation: Operation) -> &Usher {
        // `deploy` went through all operations.
        &self.ushers[&operation]
    }
}

/// Counts an event function as long as it is at work, also when it panics.
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    fn begin(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `GET /_local/functions`: how many event functions are at work now.
pub(crate) async fn under_way(State(functions): State<Arc<Functions>>) -> Json<Value> {
    Json(json!({ "underWay": functions.events_under_way() }))
}

/// Runs an invocation in a task of its own: it goes on when nobody waits any more, and its panic stays there.
async fn apart<T: Send + 'static>(invocation: impl Future<Output = T> + Send + 'static) -> Result<T, Crash> {
    tokio::spawn(invocation).await.map_err(|error| {
        tracing::error!(%error, "a function crashed");
        Crash("the function crashed".to_owned())
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
        let mut response = reply::message(StatusCode::NOT_FOUND, &format!("Function not found: {name}"));
        response.headers_mut().insert("x-amzn-errortype", http::HeaderValue::from_static("ResourceNotFoundException"));
        return response;
    };
    let invocation = apart(async move { functions.invoke(operation, &event).await });
    if headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event") {
        tokio::spawn(invocation);
        return StatusCode::ACCEPTED.into_response();
    }
    match invocation.await.flatten() {
        Ok(answer) => answer.into_response(),
        Err(crash) => {
            let error = json!({"errorType": "Unhandled", "errorMessage": crash.to_string()});
            ([("x-amz-function-error", "Unhandled")], error.to_string()).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_invocation_and_nothing_else() {
        assert!(apart(async { panic!("a bug") }).await.map(|()| 1).is_err());
        assert_eq!(apart(async { 1 }).await.ok(), Some(1));
    }
}
