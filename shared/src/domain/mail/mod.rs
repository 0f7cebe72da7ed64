//! Mail.

pub(super) mod delivery;
pub(super) mod mail_sender;
pub(super) mod mail_template;
