//! Idempotent requests.

pub(super) mod idempotent_runs;
