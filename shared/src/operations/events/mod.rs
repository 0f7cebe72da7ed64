//! Domain events.

pub(super) mod publish_changes;
pub(super) mod publish_stream;
