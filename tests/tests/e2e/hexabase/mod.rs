//! Hexabase's routes: those under /api/v0.

mod groups;
mod login;
mod members;
mod password;
mod registration;
mod users;
mod workspaces;
