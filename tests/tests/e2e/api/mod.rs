//! `/api/v1`, our own surface.

mod workspaces;
