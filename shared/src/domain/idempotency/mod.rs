//! Idempotent requests.

pub(super) mod idempotency_key;
