//! The HTTP and event edge: one Lambda function per operation.
//!
//! A request goes from the gateway's event through [`routes`] to a contract, which decodes it, calls an operation of
//! `shared` and encodes the answer. A contract decides nothing: no role, no expiry, no store.

pub mod contracts;
pub mod events;
mod http_edge;
mod incoming;
pub mod log;
pub mod openapi;
mod operation;
pub mod pages;
pub mod routes;
mod start;

pub use http_edge::answer;
pub use operation::Operation;
pub use start::{StartError, serve, serve_events};
