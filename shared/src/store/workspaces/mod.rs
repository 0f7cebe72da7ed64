//! Workspaces. The folder `workspaces` keeps the workspaces, the list of workspaces of each company, and the pointers
//! from integer ids and short ids to workspaces.

pub(super) mod workspace_records;
