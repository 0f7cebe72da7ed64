//! Limits on how often something may be done: rate limits and cooldowns. The store counts how often a limited thing was
//! done.

pub(super) mod cooldown;
pub(super) mod rate_limit;
