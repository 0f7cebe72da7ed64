//! Domain events: publishing what happened to invitations and members.

pub(super) mod publish_changes;
pub(super) mod publish_stream;
