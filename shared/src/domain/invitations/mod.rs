//! Invitations.

pub(super) mod metadata;
pub(super) mod person;
pub(super) mod row_outcome;
