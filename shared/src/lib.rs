//! Usher's heart: what is true whichever vendor's contract is spoken.
//!
//! * [`domain`]: ids, addresses, roles, passwords, the invitation's states. Pure: no async, no clock, no store.
//! * [`operations`]: the use cases, one file each. All authority is decided here.
//! * [`store`]: DynamoDB. Attribute maps are seen nowhere else.
//! * [`mail`]: what is written to people, and SES.
//! * [`Bus`]: EventBridge, on which others hear what happened.
//!
//! Nothing here knows of HTTP: an [`Error`] becomes an answer at the edge.

mod bus;
pub mod domain;
mod error;
pub mod mail;
pub mod operations;
mod parameters;
pub mod secrets;
pub mod store;
mod usher;

pub use bus::Bus;
pub use error::{Error, Internal, Missing, Public, Result};
pub use parameters::{InvalidParameter, Parameters};
pub use secrets::{SecretSource, Secrets};
pub use usher::{StartError, Usher};
