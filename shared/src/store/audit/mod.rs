//! The audit log: who did what to a workspace or company. Each transaction writes its own audit entry. The folder
//! `audit` keeps the audit entries.

pub(super) mod audit_log;
