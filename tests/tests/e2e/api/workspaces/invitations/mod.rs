//! POST /api/v1/workspaces/{workspaceId}/invitations.

mod bad_input;
mod csv;
mod deaths;
mod groups;
mod named;
mod rows;
mod validate_only;
