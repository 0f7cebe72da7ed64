//! The routes under `/_local` that control the stack: faults, counted calls, and the clock.

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
    response,
};

/// `POST /_local/faults`: queues a fault. If the fault is a hold, the response has the id of the hold.
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

/// How long a test waits for the calls of a hold. The calls that a test wants to hold come much sooner than this. If
/// the calls do not come at all, the test must fail.
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
            Err(response::json_message(StatusCode::GATEWAY_TIMEOUT, &message))
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
    response::json_message(StatusCode::NOT_FOUND, "there is no such hold")
}

/// `GET /_local/faults`: answers with the queued faults.
pub(crate) async fn faults_left(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(json!({"faults": faults.left()}))
}

/// `DELETE /_local/faults`: removes all queued faults.
pub(crate) async fn clear_faults(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

/// `GET /_local/calls`: answers how often each function called each AWS action.
pub(crate) async fn calls(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.calls())
}

/// `GET /_local/units`: the read and write units that each function's calls of DynamoDB consumed.
pub(crate) async fn units(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.units())
}

/// `GET /_local/permissions`: the IAM permissions that each function's calls needed.
pub(crate) async fn permissions(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.permissions())
}

/// `DELETE /_local/calls`: sets the counts of AWS calls and of units to zero.
pub(crate) async fn forget_calls(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.forget_calls();
    StatusCode::NO_CONTENT
}

/// The change of the functions' clock that a request asks for.
#[derive(Debug, Deserialize)]
pub(crate) enum ClockChange {
    /// The number of seconds to move the clock forward. A negative number of seconds moves the functions' clock back.
    #[serde(rename = "advanceSeconds")]
    Advance(i64),
    /// The moment at which the functions' clock stops.
    #[serde(rename = "stopAt")]
    Stop(Timestamp),
}

/// How far one request can move the functions' clock, in seconds: a hundred years.
const MAX_ADVANCE: i64 = 100 * 366 * 86_400;

/// `POST /_local/clock`: moves or stops the clock of all functions.
pub(crate) async fn move_clock(
    State(clock): State<Arc<TestClock>>,
    body: Result<Json<ClockChange>, JsonRejection>,
) -> Result<Json<Value>, Response> {
    match body.map_err(|rejection| bad_request(&rejection.body_text()))?.0 {
        ClockChange::Advance(seconds) if !(-MAX_ADVANCE..=MAX_ADVANCE).contains(&seconds) => {
            return Err(bad_request(&format!("advanceSeconds must be from -{MAX_ADVANCE} to {MAX_ADVANCE}")));
        }
        ClockChange::Advance(seconds) => clock.advance(SignedDuration::from_secs(seconds)),
        ClockChange::Stop(at) => clock.stop_at(at),
    }
    Ok(time(State(clock)).await)
}

/// `GET /_local/clock`: the time that the functions see.
pub(crate) async fn time(State(clock): State<Arc<TestClock>>) -> Json<Value> {
    Json(json!({"now": clock.now()}))
}

fn bad_request(message: &str) -> Response {
    response::json_message(StatusCode::BAD_REQUEST, message)
}
