//! The parts that the end-to-end tests share. The end-to-end tests use only HTTP, the mails that people receive, and
//! the controls of the local stack.
//!
//! A test asks for an [`Endpoint`]. By default the endpoint is a new local stack in memory. If `USHER_TEST_URL` is the
//! address of a running service, the same tests call this service. A test that needs something else, for example a
//! clock that it moves, says so ([`Need`]) and is skipped there.

#![expect(clippy::expect_used, reason = "a test's helper fails the test")]
#![expect(clippy::missing_panics_doc, reason = "every one of them panics when the service doesn't answer as it must")]

mod answer;
mod description;
mod dock;
mod endpoint;
mod events;
mod hexabase;
mod local_stack;
mod mailbox;
mod need;
mod people;
mod races;
mod requests;
pub mod unauthenticated;
mod waiting;
mod world;

pub use answer::Answer;
pub use endpoint::Endpoint;
pub use events::mail_tags;
pub use local_stack::{DELIVERERS, LEASE};
pub use mailbox::ReceivedMail;
pub use need::{Need, needs};
pub use people::{Account, PASSWORD};
pub use races::{HeldCall, Hold};
pub use waiting::eventually;
pub use world::World;
