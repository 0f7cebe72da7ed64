//! The local stack: everything that AWS does for Usher, in one process and with nothing else installed.
//!
//! [`Stack::start`] binds a gateway that makes API Gateway's events of requests and hands them to the functions, an
//! embedded DynamoDB whose stream wakes the deliverer, an SES endpoint whose mails can be read, and the schedules.
//! Several stacks can run in one process.

mod clients;
mod control;
mod dynamodb;
mod event;
mod eventbridge;
mod faults;
mod gateway;
mod inbox;
mod lambda;
mod mail_events;
mod mailbox;
mod options;
mod place;
mod policies;
mod reply;
mod schedules;
mod ses;
mod stack;
mod streams;
mod table;
mod template;

pub use dynamodb::Engine;
pub use options::{Options, PARAMETERS};
pub use policies::allowed_actions;
pub use stack::{Stack, StartError};
pub use table::ensure as ensure_table;
