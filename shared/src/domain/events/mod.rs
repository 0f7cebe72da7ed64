//! Domain events.

pub(super) mod domain_event;
