//! Domain rules: people whose address belongs to a mail domain may join a workspace when they sign up. This folder
//! keeps one rule per domain and workspace, and a pointer to it by id.

pub(super) mod domain_rules;
