//! Idempotent requests: the key that a client sends, so that a retry doesn't repeat the request.

pub(super) mod idempotency_key;
