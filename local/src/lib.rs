//! The local stack: API Gateway, Lambda, DynamoDB, SES and EventBridge in one process, without anything else installed.
//!
//! [`Stack::start`] starts a gateway that converts requests into API Gateway's events and invokes the functions, an
//! embedded DynamoDB whose stream triggers functions, an SES whose mails can be read, and the schedules. Several stacks
//! can run in one process.

mod aws_endpoint;
mod aws_response;
mod capacity;
mod clients;
mod control;
pub mod cors;
mod data_directory;
mod deployment;
mod dynamodb;
mod event;
mod event_forwarder;
mod eventbridge;
mod faults;
mod gateway;
mod inbox;
mod inline_template;
mod lambda;
mod mail_events;
mod mailbox;
mod options;
mod policies;
mod reset;
mod response;
mod router;
mod schedules;
mod secrets_manager;
mod seed;
mod ses;
mod stack;
mod start_error;
mod streams;
mod table;
mod tasks;

pub use dynamodb::Engine;
pub use options::{Options, PARAMETERS};
pub use policies::allowed_actions;
pub use seed::SeedError;
pub use stack::Stack;
pub use start_error::StackStartError;
pub use table::ensure as ensure_table;
