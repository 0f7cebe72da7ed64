//! The audit log: who did what to a workspace or company. Each transaction writes its own audit entry. This folder
//! keeps the entries.

pub(super) mod audit_log;
