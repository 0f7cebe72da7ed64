//! What moves the stack by hand: faults, the count of calls, the clock.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::domain::{Clock as _, TestClock};

use crate::{
    faults::{Faults, NotReached},
    reply,
};

/// `POST /_local/faults`. The answer to a hold has its id.
pub(crate) async fn queue_fault(
    State(faults): State<Arc<Faults>>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Response> {
    let Json(fault) = body.map_err(|rejection| bad_request(&rejection.body_text()))?;
    Ok(match faults.queue(fault).map_err(|error| bad_request(&error))? {
        Some(id) => (StatusCode::CREATED, Json(json!({ "id": id }))).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// How long a test waits for the calls of a hold. Calls that a test arranges come much sooner; if they do not come at
/// all, the test must fail.
const HOLD_PATIENCE: Duration = Duration::from_secs(20);

/// `GET /_local/faults/{id}`: answers when all calls of the hold have stopped.
pub(crate) async fn hold_reached(
    State(faults): State<Arc<Faults>>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Response> {
    match faults.holds.reached(id, HOLD_PATIENCE).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(NotReached::UnknownHold) => Err(no_hold()),
        Err(NotReached::TooLate { stopped, wanted }) => {
            let message = format!("only {stopped} of {wanted} calls came to the point of the hold");
            Err(reply::message(StatusCode::GATEWAY_TIMEOUT, &message))
        }
    }
}

/// `DELETE /_local/faults/{id}`: lets the held calls continue.
pub(crate) async fn release_hold(
    State(faults): State<Arc<Faults>>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Response> {
    if faults.holds.release(id) { Ok(StatusCode::NO_CONTENT) } else { Err(no_hold()) }
}

fn no_hold() -> Response {
    reply::message(StatusCode::NOT_FOUND, "there is no such hold")
}

/// `GET /_local/faults`.
pub(crate) async fn faults_left(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(json!({"faults": faults.left()}))
}

/// `DELETE /_local/faults`.
pub(crate) async fn clear_faults(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

/// `GET /_local/calls`.
pub(crate) async fn calls(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.calls())
}

/// `GET /_local/permissions`.
pub(crate) async fn permissions(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.permissions())
}

/// `DELETE /_local/calls`.
pub(crate) async fn forget_calls(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.forget_calls();
    StatusCode::NO_CONTENT
}

/// What is to become of the clock.
#[derive(Debug, Deserialize)]
pub(crate) enum Turn {
    /// It is moved by so much.
    #[serde(rename = "advanceSeconds")]
    Advance(i64),
    /// It stands still at this moment.
    #[serde(rename = "stopAt")]
    Stop(Timestamp),
}

/// The farthest that the clock can be moved at once, in seconds: a hundred years.
const FARTHEST: i64 = 100 * 366 * 86_400;

/// `POST /_local/clock`.
pub(crate) async fn move_clock(
    State(clock): State<Arc<TestClock>>,
    body: Result<Json<Turn>, JsonRejection>,
) -> Result<Json<Value>, Response> {
    match body.map_err(|rejection| bad_request(&rejection.body_text()))?.0 {
        Turn::Advance(seconds) if !(-FARTHEST..=FARTHEST).contains(&seconds) => {
            return Err(bad_request("advanceSeconds is too far"));
        }
        Turn::Advance(seconds) => clock.advance(SignedDuration::from_secs(seconds)),
        Turn::Stop(at) => clock.stop_at(at),
    }
    Ok(time(State(clock)).await)
}

/// `GET /_local/clock`.
pub(crate) async fn time(State(clock): State<Arc<TestClock>>) -> Json<Value> {
    Json(json!({"now": clock.now()}))
}

fn bad_request(message: &str) -> Response {
    reply::message(StatusCode::BAD_REQUEST, message)
}
