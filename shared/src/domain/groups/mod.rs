//! Groups.

pub(super) mod group_path;
