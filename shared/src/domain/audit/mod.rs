//! The audit log: who did what, and when.

pub(super) mod act;
