//! Domain rules: people whose address belongs to a mail domain may join a workspace when they sign up. This folder
//! keeps one domain rule per mail domain and workspace, and a pointer from the id of each rule to the rule.

pub(super) mod domain_rules;
