//! Events. The domain events and the deliveries of mails derive from the records of the table's stream. The folder
//! `events` reads the records of the table's stream.

pub(super) mod stream_records;
