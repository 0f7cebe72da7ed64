//! Mail domains.

pub(super) mod domain_rules;
