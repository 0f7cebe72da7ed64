//! Workspaces.

pub(super) mod workspace;
