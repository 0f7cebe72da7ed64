//! Mail: the outbox, the delivery states, the suppressed addresses and the mail templates. The folder `mail` keeps the
//! outbox items, the batches, the templates of companies, the delivery attributes of people's records, and the
//! suppression attributes of addresses.

pub(super) mod batches;
pub(super) mod delivery;
pub(super) mod letters;
pub(super) mod mail_templates;
pub(super) mod outbox;
pub(super) mod queued_letter;
mod queues;
