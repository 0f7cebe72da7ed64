//! The records of people in workspaces and companies. A person's record is first an invitation and later a membership,
//! and the record alone decides whether the person is invited or a member.
//!
//! The folder `invitations` keeps the people's records, the item of each mailed hash, and the writes that depend on a
//! decision about a record. The store writes each decision as one transaction, which succeeds only if the person's
//! record still has the revision that the decision read.

pub(super) mod accept;
pub(super) mod admission;
pub(super) mod hash;
pub(super) mod invite;
pub(super) mod page;
pub(super) mod records;
pub(super) mod transition;
