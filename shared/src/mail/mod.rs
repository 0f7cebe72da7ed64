//! What is written to people, and how it is handed to SES.

mod letter;
mod sender;
mod tags;

pub use crate::mail::letter::{
    Added, AlreadyRegistered, Invitation, Letter, OneTimePassword, Recipient, Renewal, Welcome, moment,
};
pub use crate::mail::sender::{Envelope, Refused, Sender, SentStatus};
pub use crate::mail::tags::{mailed_to, tags};
