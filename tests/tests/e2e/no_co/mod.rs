//! Tests of DataGOL's routes below `/noCo/api/v2`.

mod bulk_users;
mod workspaces;
