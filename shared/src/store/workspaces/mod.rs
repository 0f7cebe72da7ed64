//! Workspaces.

pub(super) mod workspace_records;
