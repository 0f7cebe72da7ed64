//! Domain rules: people whose address belongs to a mail domain may join a workspace when they sign up. The folder
//! `mail_domains` keeps one domain rule per mail domain and workspace, and a pointer from the id of each rule to the
//! rule.

pub(super) mod domain_rules;
