//! What the end-to-end tests drive the service with: HTTP, and the mail that came out.
//!
//! A test asks for an [`Endpoint`]. By default that is a local stack of its own, in memory. With `USHER_TEST_URL` set to
//! a running stack's address the same tests go there; only those that need a clock or faults of their own
//! ([`Endpoint::own`]) still start one.

#![expect(clippy::expect_used, reason = "a test's helper fails the test")]
#![expect(clippy::missing_panics_doc, reason = "every one of them panics when the service doesn't answer as it must")]

mod api;
mod description;
mod dock;
mod endpoint;
mod events;
mod hexabase;
mod people;
mod races;
mod refusals;
pub mod unauthenticated;
mod view;
mod waiting;
mod world;

pub use endpoint::{Answer, Endpoint, Mail};
pub use events::mail_tags;
pub use people::{Founder, PASSWORD};
pub use races::{HeldCall, Hold};
pub use view::{DELIVERERS, LEASE};
pub use waiting::eventually;
pub use world::World;
