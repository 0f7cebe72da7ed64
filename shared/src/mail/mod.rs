//! Mail: renders letters and sends them through SES. The module for mail never reads or writes the table.
//!
//! [`Letter`] is a rendered mail: subject, text and HTML. [`Mailer`] sends letters through SES. The deliverers keep
//! the pace that the account allows: see `operations/mail/reserve_sending_time.rs`. [`mail_tags`] and [`mailed_record`] write and read the tags by which an event from SES names a
//! person's record.

mod letter;
mod mailer;
mod tags;

pub use crate::mail::letter::{
    AddedLetter, AlreadyRegisteredLetter, InvitationLetter, Letter, LetterRecipient, MembershipOffer,
    OneTimePasswordLetter, RenewalLetter, WelcomeLetter, format_time,
};
pub(crate) use crate::mail::mailer::recipients_per_call;
pub use crate::mail::mailer::{Mailer, OutgoingMail, RecipientStatus, SendError};
pub use crate::mail::tags::{mail_tags, mailed_record};
