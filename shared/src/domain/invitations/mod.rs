//! Invitations and memberships: a person's record in a workspace or company, the decisions that change the record, and
//! the results that inviting rows have. The same record is first the invitation and later the membership.

pub(super) mod decisions;
pub(super) mod metadata;
pub(super) mod person;
pub(super) mod row_outcome;
pub(super) mod transition;
