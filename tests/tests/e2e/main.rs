//! End-to-end tests of the service as its users see it. The modules of these tests mirror the URLs of the routes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod access;
mod api;
mod bad_input;
mod brakes;
mod browser;
mod cors;
mod delivery;
mod documents;
mod emulators;
mod events;
mod expiry;
mod hexabase;
mod home;
mod idp;
mod invitation;
mod journey;
mod local_stack;
mod no_co;
mod openapi;
mod policies;
mod races;
mod register;
mod samples;
mod schemathesis;
mod smart_documentor;
mod unknown_routes;
mod v1;
mod well_known;
