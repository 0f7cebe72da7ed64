//! Events. The domain events and the deliveries of mails derive from the records of the table's stream. This folder
//! reads these records.

pub(super) mod stream_records;
