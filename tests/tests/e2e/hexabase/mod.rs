//! Hexabase's routes: those under /api/v0.

mod workspaces;
