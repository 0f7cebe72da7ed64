//! Groups of the people of a workspace. The folder `groups` keeps the groups and their tree, the join counters of
//! groups, and the groups that each user administers.

pub(super) mod group_records;
