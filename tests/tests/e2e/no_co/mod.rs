//! `/noCo/api/v2`

mod workspaces;
