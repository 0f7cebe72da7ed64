//! The service without HTTP: what inviting people means, whichever vendor's contract a client speaks.
//!
//! | module | what it holds |
//! |---|---|
//! | [`domain`] | Entities, identities and decisions. Pure: it has no async code, and it reads neither the clock nor the store. |
//! | [`operations`] | The use cases, one file each, and all authorization. |
//! | [`store`] | DynamoDB: keys, items and conditional writes. No other module sees attribute maps. |
//! | [`mail`] | Renders letters and sends them through SES. |
//! | [`secrets`] | Invitation hashes, one-time passwords and access tokens, and the two secrets they derive from. |
//! | [`Bus`] | Publishes domain events on EventBridge. |
//! | [`Parameters`] | The deployment's settings. |
//! | [`Usher`] | The object that every operation is a method of. It holds the clients and the settings. |
//!
//! No module of this crate knows HTTP or a vendor's contract. A failed operation returns an [`Error`], and the
//! `functions` crate turns the error into an HTTP response.

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
pub use error::{Error, InternalContext, Missing, PublicMessage, Result};
pub use parameters::{InvalidParameter, Parameters};
pub use secrets::{SecretSource, Secrets};
pub use usher::{Dependencies, Usher};
