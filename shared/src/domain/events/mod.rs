//! Domain events: what happened to an invitation or member, derived from a record before and after a change.

pub(super) mod domain_event;
