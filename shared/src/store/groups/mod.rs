//! Groups of the people of a workspace. This folder keeps the groups and their tree, the counters of joins, and the
//! groups that each user administers.

pub(super) mod group_records;
