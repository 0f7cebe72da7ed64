//! Mail.

pub(super) mod batches;
pub(super) mod delivery;
pub(super) mod letters;
pub(super) mod mail_templates;
pub(super) mod outbox;
pub(super) mod queued_letter;
