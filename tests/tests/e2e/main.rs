//! The service as its users see it. The modules mirror the URLs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod brakes;
mod emulators;
mod journey;
mod policies;
