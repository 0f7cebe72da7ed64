//! Companies.

pub(super) mod list_people;
