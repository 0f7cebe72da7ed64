//! Invitations: the record of a person in a workspace or company, and the decisions that change it.
//!
//! One record is first the invitation and later the membership.

pub(super) mod decisions;
pub(super) mod metadata;
pub(super) mod person;
pub(super) mod row_outcome;
pub(super) mod transition;
