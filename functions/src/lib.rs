//! The HTTP and event edge: one program for all Lambda functions.
//!
//! A request goes through [`routes`] to a handler of a contract. The handler reads the request, calls one operation of
//! `shared`, and writes the response. A handler decides nothing: authorization and all other rules are in the crate
//! `shared`.
//!
//! The layers of the crate `functions` from the bottom to the top: `vocabulary` and [`pages`]; `contracts`, which use
//! the first two modules; [`routes`], which list the contracts' handlers; `openapi`, which is made from the routes; and
//! [`answer`], which uses all other modules.

mod contracts;
pub mod events;
mod http_edge;
#[cfg(test)]
mod layers;
pub mod log;
mod metrics;
mod openapi;
mod operation;
pub mod pages;
pub mod routes;
mod start;
mod vocabulary;

pub use http_edge::answer;
pub use metrics::{Metrics, names as metric_names};
pub use operation::Operation;
pub use start::serve;
