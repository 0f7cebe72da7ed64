//! Workspaces: what people are invited to. A workspace belongs to one company.

pub(super) mod workspace;
