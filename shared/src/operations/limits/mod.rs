//! Limits: how many requests a company may send, and how many attempts a person has.

pub(super) mod attempts;
pub(super) mod authenticate_metered;
pub(super) mod count_request;
