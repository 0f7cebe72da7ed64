//! What moves the stack by hand: faults, the count of calls, the clock.

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

use crate::{faults::Faults, reply};

/// `POST /_local/faults`.
pub(crate) async fn queue_fault(
    State(faults): State<Arc<Faults>>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<StatusCode, Response> {
    let Json(fault) = body.map_err(|rejection| bad_request(&rejection.body_text()))?;
    faults.queue(fault).map_err(|error| bad_request(&error))?;
    Ok(StatusCode::NO_CONTENT)
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
