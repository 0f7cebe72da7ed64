//! Invitations and memberships: a person's record in a workspace or company, the decisions that change the record, and
//! the results that inviting rows have. The record is the person's invitation at first, and the person's membership
//! later.

pub(super) mod decisions;
pub(super) mod metadata;
pub(super) mod person;
pub(super) mod row_outcome;
pub(super) mod transition;
