//! `/noCo/api/v2`

mod bulk_users;
mod workspaces;
