//! Limits.

pub(super) mod authenticate_metered;
pub(super) mod rate_limit_status;
