//! Groups.

pub(super) mod group_access;
pub(super) mod manage_groups;
