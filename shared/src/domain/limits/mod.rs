//! Limits on how often something may be done: rate limits and cooldowns. The store counts the uses.

pub(super) mod cooldown;
pub(super) mod rate_limit;
