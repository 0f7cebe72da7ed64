//! What is written to people, and how it is handed to SES.

mod letter;
mod sender;
mod tags;

pub use letter::{Added, AlreadyRegistered, Invitation, Letter, OneTimePassword, Recipient, Renewal, Welcome, moment};
pub use sender::{Envelope, Refused, Sender, SentStatus};
pub use tags::{mailed_to, tags};
