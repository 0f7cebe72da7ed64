//! The records of people in workspaces and companies: each is first an invitation and later a membership.
//!
//! The record alone is authority. Every decision is written as one transaction that succeeds only if the record still has
//! the revision that the decision read.

pub(super) mod accept;
pub(super) mod admission;
pub(super) mod hash;
pub(super) mod invite;
pub(super) mod page;
pub(super) mod records;
pub(super) mod transition;
