//! Rate limits and cooldowns. This folder keeps one counter per subject and time window, and the last use under each
//! cooldown.

pub(super) mod rate_limits;
