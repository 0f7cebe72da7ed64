//! Groups: what a caller may do in a group, reading the tree of groups, and changing groups and who belongs to them.

pub(super) mod change_group_admin;
pub(super) mod create_group;
pub(super) mod delete_group;
pub(super) mod group_access;
pub(super) mod leave_group;
pub(super) mod list_groups;
