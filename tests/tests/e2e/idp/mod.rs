//! `/idp/api/v1`

mod company;
mod team;
mod user;
