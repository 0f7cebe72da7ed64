//! Tests of Hexabase's contract: the routes under /api/v0.

mod given_passwords;
mod groups;
mod login;
mod members;
mod password;
mod registration;
mod users;
mod workspaces;
mod world;
