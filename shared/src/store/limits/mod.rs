//! Rate limits and cooldowns. The folder `limits` keeps one counter for each rate limit, subject and time window, and
//! the last use under each cooldown.

pub(super) mod rate_limits;
