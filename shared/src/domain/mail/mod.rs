//! Mail.

pub(super) mod batch;
pub(super) mod delivery;
pub(super) mod mail_kind;
pub(super) mod mail_sender;
pub(super) mod mail_template;
pub(super) mod stored_template;
