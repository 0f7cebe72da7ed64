//! Domain events.

pub(super) mod publish_changes;
