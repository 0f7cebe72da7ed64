//! Races, each run in both orders, and a database that fails. In each race exactly one request wins, and each loser gets a
//! reason.
//!
//! [`Endpoint::overtake`](tests::Endpoint::overtake) stops one request between what it read and what it writes, and runs the
//! other one meanwhile. So the order is the test's decision, and a test fails if its case does not happen.

mod accepting;
mod accounts;
mod admins;
mod faults;
mod inviting;
