//! Mail: delivering the outbox, recording what SES reports, mailing people again, and managing a company's mail
//! templates.
//!
//! An outbox item is either one letter or the mails to up to 48 people of one inviting request. [`deliver_outbox_item`]
//! is the entry point, and passes an outbox item to [`deliver_letter`] or [`deliver_to_people`].

pub(super) mod deliver_letter;
pub(super) mod deliver_outbox_item;
pub(super) mod deliver_stream;
pub(super) mod deliver_to_people;
pub(super) mod known_reservation;
pub(super) mod mail_users;
pub(super) mod manage_mail_templates;
pub(super) mod record_mail_event;
pub(super) mod render_mail;
pub(super) mod reserve_sending_time;
pub(super) mod sweep_outbox;
