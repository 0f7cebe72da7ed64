//! The records of people in workspaces and companies. A record is first an invitation and later a membership, and it
//! alone decides which of them a person has.
//!
//! This folder keeps the person's record, the item of each mailed hash, and the writes that depend on a decision
//! about a record. Each decision is written as one transaction, which succeeds only if the record still has the
//! revision that the decision read.

pub(super) mod accept;
pub(super) mod admission;
pub(super) mod hash;
pub(super) mod invite;
pub(super) mod page;
pub(super) mod records;
pub(super) mod transition;
