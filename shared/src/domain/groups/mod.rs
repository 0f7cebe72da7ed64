//! Groups.

pub(super) mod group;
pub(super) mod group_path;
