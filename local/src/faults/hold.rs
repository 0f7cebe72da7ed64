//! Holds: calls that stop at a named point until a test releases them, so that a test decides the order of two requests.

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

/// The point at which a call stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum HoldPoint {
    /// Before the call is executed: what it would write is not written yet.
    Before,
    /// After the call was executed, before the function receives the reply.
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
    /// Only calls of the operation of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    fault: HoldFault,
    point: HoldPoint,
    /// So many matching calls pass first.
    #[serde(default)]
    skip: u32,
    /// So many calls stop. The hold counts as reached when all of them have stopped.
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
    /// So many matching calls have still to pass.
    skip: u32,
    /// So many calls have been assigned to this hold. They stop as soon as they come to the point.
    assigned: u32,
    progress: watch::Sender<Progress>,
}

/// Why a hold was not reached.
#[derive(Debug, PartialEq)]
pub(crate) enum NotReached {
    /// No hold has this id.
    UnknownHold,
    /// Too few calls came to the point in time.
    TooLate {
        /// So many calls have stopped.
        stopped: u32,
        /// So many calls were to stop.
        wanted: u32,
    },
}

/// All holds of a stack.
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
    /// The mistake in the description.
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

    /// The hold that stops this call, if one does. The oldest matching hold decides.
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

    /// Waits until all calls of the hold have stopped. A hold that is released meanwhile counts as reached only if they had.
    ///
    /// # Errors
    /// If there is no such hold, or if the calls do not come within `patience`.
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

    /// Lets the calls of a hold continue, and takes the hold away. Returns whether there was one.
    pub(crate) fn release(&self, id: u64) -> bool {
        let mut state = self.state();
        let Some(index) = state.holds.iter().position(|hold| hold.id == id) else { return false };
        state.holds.remove(index).progress.send_modify(|progress| progress.released = true);
        true
    }

    /// Releases every hold.
    pub(crate) fn release_all(&self) {
        for hold in self.state().holds.drain(..) {
            hold.progress.send_modify(|progress| progress.released = true);
        }
    }
}

/// A call that stops at a point until its hold is released.
#[derive(Debug)]
pub(crate) struct HeldCall {
    point: HoldPoint,
    progress: watch::Sender<Progress>,
}

impl HeldCall {
    /// Stops here if this is the point.
    pub(crate) async fn stop_at(&self, point: HoldPoint) {
        if self.point != point {
            return;
        }
        let mut progress = self.progress.subscribe();
        self.progress.send_modify(|progress| progress.stopped += 1);
        // It fails only without a sender, and this call has one.
        drop(progress.wait_for(|progress| progress.released).await);
    }
}
