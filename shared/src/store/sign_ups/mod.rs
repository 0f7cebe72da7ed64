//! Sign-ups: requests for an account whose address is not verified yet. This folder keeps one item per sign-up, until
//! the sign-up expires.

pub(super) mod sign_up_records;
