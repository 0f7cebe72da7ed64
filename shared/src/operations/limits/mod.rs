//! Limits.

pub(super) mod rate_limit_status;
