//! Sign ups.

pub(super) mod sign_up;
