//! Holds: calls that stop at a named point until a test releases them, so that a test decides the order of two
//! requests.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{
    action::Action,
    checks::{check_function, check_times, once},
};

/// The point at which a hold stops an AWS call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum HoldPoint {
    /// The held call stops before it is executed, so the writes of the call are not made yet.
    Before,
    /// The held call stops after it was executed and before the function receives the reply.
    After,
}

/// The one value that the field `fault` has in the description of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum HoldFault {
    Hold,
}

/// The description of a hold, as `POST /_local/faults` receives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldRequest {
    action: Action,
    /// The name of the function whose calls the hold stops. Without a name, the hold stops the calls of every function.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    fault: HoldFault,
    point: HoldPoint,
    /// How many matching calls pass before the hold stops a call.
    #[serde(default)]
    skip: u32,
    /// How many calls the hold stops. A hold counts as reached when this number of calls have stopped.
    #[serde(default = "once")]
    times: u32,
}

/// A hold's progress, which the held calls and the waiting test share.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    stopped: u32,
    released: bool,
}

#[derive(Debug)]
struct Hold {
    id: u64,
    request: HoldRequest,
    /// How many matching calls have still to pass before the hold stops a call.
    skip: u32,
    /// How many calls have been assigned to this hold. A call that was assigned to a hold stops as soon as the call
    /// comes to the hold's point.
    assigned: u32,
    progress: watch::Sender<Progress>,
}

/// Why a hold was not reached.
#[derive(Debug, PartialEq)]
pub(crate) enum NotReached {
    /// No hold has the id that the request names.
    UnknownHold,
    /// Too few AWS calls came to the hold's point in time.
    TooLate {
        /// How many calls the hold has stopped.
        stopped: u32,
        /// How many calls the hold was to stop.
        wanted: u32,
    },
}

/// All holds of a local stack.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    holds: Vec<Hold>,
}

impl Holds {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the hold and returns its id.
    ///
    /// # Errors
    /// A message that says what is wrong with the description of the hold.
    pub(super) fn add(&self, request: HoldRequest) -> Result<u64, String> {
        check_function(request.function.as_deref())?;
        check_times(request.times)?;
        let mut state = self.state();
        state.last_id += 1;
        let (id, skip) = (state.last_id, request.skip);
        state.holds.push(Hold { id, request, skip, assigned: 0, progress: watch::Sender::default() });
        Ok(id)
    }

    /// The holds that are not released yet.
    pub(super) fn left(&self) -> Vec<HoldRequest> {
        self.state().holds.iter().map(|hold| hold.request.clone()).collect()
    }

    /// The held call, if a hold stops the call. The oldest hold that matches the call decides whether the call stops or
    /// passes.
    pub(crate) fn assign(&self, function: &str, action: Action) -> Option<HeldCall> {
        let mut state = self.state();
        let hold = state.holds.iter_mut().find(|hold| {
            hold.request.action == action
                && hold.assigned < hold.request.times
                && hold.request.function.as_deref().is_none_or(|wanted| wanted == function)
        })?;
        if hold.skip > 0 {
            hold.skip -= 1;
            return None;
        }
        hold.assigned += 1;
        Some(HeldCall { point: hold.request.point, progress: hold.progress.clone() })
    }

    /// Waits until all calls of the hold have stopped. A hold that is released while a test waits counts as reached
    /// only if all calls of the hold had stopped.
    ///
    /// # Errors
    /// Waiting fails if no hold has this id, or if the calls of the hold do not stop within `patience`.
    pub(crate) async fn reached(&self, id: u64, patience: Duration) -> Result<(), NotReached> {
        let (mut progress, wanted) = {
            let state = self.state();
            let hold = state.holds.iter().find(|hold| hold.id == id).ok_or(NotReached::UnknownHold)?;
            (hold.progress.subscribe(), hold.request.times)
        };
        let over = |progress: &Progress| progress.stopped == wanted || progress.released;
        let in_time = tokio::time::timeout(patience, progress.wait_for(over)).await.is_ok();
        let stopped = progress.borrow().stopped;
        if in_time && stopped == wanted { Ok(()) } else { Err(NotReached::TooLate { stopped, wanted }) }
    }

    /// Lets the calls of a hold continue, and removes the hold. Returns `false` if no hold has this id.
    pub(crate) fn release(&self, id: u64) -> bool {
        let mut state = self.state();
        let Some(index) = state.holds.iter().position(|hold| hold.id == id) else { return false };
        state.holds.remove(index).progress.send_modify(|progress| progress.released = true);
        true
    }

    /// Releases every hold, so that all held calls continue.
    pub(crate) fn release_all(&self) {
        for hold in self.state().holds.drain(..) {
            hold.progress.send_modify(|progress| progress.released = true);
        }
    }
}

/// A held call: an AWS call that stops at a point until its hold is released.
#[derive(Debug)]
pub(crate) struct HeldCall {
    point: HoldPoint,
    progress: watch::Sender<Progress>,
}

impl HeldCall {
    /// Stops the held call until the hold is released, if the hold's point is `point`.
    pub(crate) async fn stop_at(&self, point: HoldPoint) {
        if self.point != point {
            return;
        }
        let mut progress = self.progress.subscribe();
        self.progress.send_modify(|progress| progress.stopped += 1);
        // Waiting for the release fails only if the hold's sender is dropped, and the held call itself keeps a sender.
        drop(progress.wait_for(|progress| progress.released).await);
    }
}
