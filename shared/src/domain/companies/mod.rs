//! Companies.

pub(super) mod company;
