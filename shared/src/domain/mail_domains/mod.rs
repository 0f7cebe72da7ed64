//! Mail domains.

pub(super) mod mail_domain;
