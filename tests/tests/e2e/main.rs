//! The service as its users see it. The modules mirror the URLs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod delivery;
mod expiry;
mod journey;
mod no_co;
mod races;
mod register;
