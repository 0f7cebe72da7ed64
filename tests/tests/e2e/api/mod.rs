//! Our own surface: the routes under /api/v1.

mod company;
mod invitations;
mod workspaces;
