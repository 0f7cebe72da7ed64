//! Groups.

pub(super) mod group_records;
