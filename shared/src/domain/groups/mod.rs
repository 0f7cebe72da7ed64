//! Groups: the tree of groups in a workspace, and the paths by which authority over a group is decided.

pub(super) mod display_id;
pub(super) mod group;
pub(super) mod group_path;
