//! Mail: what an inviting request's mails share, who sends them, a company's mail templates, the delivery state of a
//! mail, the time that sending takes, and suppressed addresses.

pub(super) mod batch;
pub(super) mod delivery;
pub(super) mod mail_kind;
pub(super) mod mail_sender;
pub(super) mod mail_template;
pub(super) mod mailed_record;
pub(super) mod sending_time;
pub(super) mod stored_template;
pub(super) mod suppression;
