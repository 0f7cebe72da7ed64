//! The audit log.

pub(super) mod list_audit;
