//! The routes under `/_local` that control the stack: faults, counted calls, and the clock.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::Response,
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::domain::{Clock as _, TestClock};

use crate::{faults::Faults, response};

/// `POST /_local/faults`: queues a fault.
pub(crate) async fn queue_fault(
    State(faults): State<Arc<Faults>>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<StatusCode, Response> {
    let Json(fault) = body.map_err(|rejection| bad_request(&rejection.body_text()))?;
    faults.queue(fault).map_err(|error| bad_request(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_local/faults`: the queued faults.
pub(crate) async fn faults_left(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(json!({"faults": faults.left()}))
}

/// `DELETE /_local/faults`: removes all queued faults.
pub(crate) async fn clear_faults(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

/// `GET /_local/calls`: how often each function called each action.
pub(crate) async fn calls(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.calls())
}

/// `GET /_local/permissions`: the IAM permissions that each function's calls needed.
pub(crate) async fn permissions(State(faults): State<Arc<Faults>>) -> Json<Value> {
    Json(faults.permissions())
}

/// `DELETE /_local/calls`: starts counting from zero.
pub(crate) async fn forget_calls(State(faults): State<Arc<Faults>>) -> StatusCode {
    faults.forget_calls();
    StatusCode::NO_CONTENT
}

/// How to change the clock.
#[derive(Debug, Deserialize)]
pub(crate) enum ClockChange {
    /// Move the clock by this many seconds. A negative number moves it back.
    #[serde(rename = "advanceSeconds")]
    Advance(i64),
    /// Stop the clock at this moment.
    #[serde(rename = "stopAt")]
    Stop(Timestamp),
}

/// How far the clock can be moved at once, in seconds: a hundred years.
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
