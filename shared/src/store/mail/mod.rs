//! Mail: the outbox, the delivery states, the suppressed addresses and the mail templates. This folder keeps the
//! outbox items, the reserved sending time, the batches, the templates of companies, the delivery attributes of people's records, and the
//! suppression attributes of addresses.

pub(super) mod batches;
pub(super) mod delivery;
pub(super) mod letters;
pub(super) mod mail_templates;
pub(super) mod outbox;
pub(super) mod queued_letter;
mod queues;
mod sending_times;
