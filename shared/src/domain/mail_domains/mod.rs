//! Mail domains: rules by which everybody with a verified address of a company's mail domain joins a workspace.

pub(super) mod domain_rule;
pub(super) mod mail_domain;
