//! Members. This folder keeps the memberships: one item for each user and each workspace or company that the user is a
//! member of. The record of a member as a person is the invitation's, in the folder `invitations`.

pub(super) mod membership_records;
