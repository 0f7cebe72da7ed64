//! Workspaces: what a caller may do in a workspace, creating, listing and changing workspaces, and setting who has
//! access.

pub(super) mod change_workspace;
pub(super) mod create_workspace;
pub(super) mod list_workspaces;
pub(super) mod select_workspace;
pub(super) mod set_access;
pub(super) mod workspace_access;
pub(super) mod workspace_domains_by_short_id;
pub(super) mod workspace_reference;
pub(super) mod workspace_with_lists;
