//! Idempotent requests. An operation that executes an idempotent request begins a run of the request, and stores the
//! response when the run ends.

pub(super) mod begin_run;
