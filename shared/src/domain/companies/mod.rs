//! Companies: the tenants. A company owns workspaces and has users.

pub(super) mod company;
