//! Limits.

pub(super) mod rate_limits;
