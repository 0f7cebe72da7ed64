//! Sign-ups: requests for an account whose address is not verified yet. The folder `sign_ups` keeps one item per
//! sign-up, until the sign-up expires.

pub(super) mod sign_up_records;
