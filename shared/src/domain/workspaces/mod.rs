//! Workspaces, to which people are invited. A workspace belongs to one company.

pub(super) mod workspace;
