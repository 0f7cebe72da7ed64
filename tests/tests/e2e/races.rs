//! Tests of races between requests, each run in both orders, and of a database that fails. In each race exactly one
//! request wins, and each losing request gets a reason.
//!
//! [`Endpoint::overtake`](tests::Endpoint::overtake) stops one request after its reads and before its write, and runs
//! the other request meanwhile. So the test decides the order of the requests, and the test fails if the race does not
//! happen.

mod accepting;
mod accounts;
mod admins;
mod faults;
mod inviting;
