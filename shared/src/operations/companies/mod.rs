//! Companies: what a caller may do in the caller's own company, and the people of a company.

pub(super) mod company_access;
pub(super) mod list_people;
