//! Mail domains: managing the rules by which people of a mail domain join a workspace, and joining a workspace by such
//! a rule.

pub(super) mod join_by_domain;
pub(super) mod manage_domain_rules;
