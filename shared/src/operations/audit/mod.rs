//! The audit log: who changed what in a workspace.

pub(super) mod list_audit;
