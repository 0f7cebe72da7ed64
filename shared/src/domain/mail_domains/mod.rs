//! Mail domains.

pub(super) mod domain_rule;
pub(super) mod mail_domain;
