//! Mail domains.

pub(super) mod workspace_domains;
