//! Tests of DataGOL's routes below `/idp/api/v1`.

mod company;
mod team;
mod user;
