//! Members. The folder `members` keeps the memberships: one item for each user and each workspace or company that the
//! user is a member of. The person's record of a member was first the record of an invitation, and is kept by the
//! folder `invitations`.

pub(super) mod membership_records;
