//! Mail.

pub(super) mod deliver_letter;
pub(super) mod deliver_mail;
pub(super) mod deliver_stream;
pub(super) mod mail_templates;
pub(super) mod mail_users;
pub(super) mod record_mail_event;
