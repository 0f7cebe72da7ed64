//! Workspaces.

pub(super) mod change_workspace;
pub(super) mod create_workspace;
pub(super) mod list_workspaces;
pub(super) mod select_workspace;
pub(super) mod set_access;
