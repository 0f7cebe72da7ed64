//! Hexabase's routes: those under /api/v0.

mod groups;
mod members;
mod workspaces;
