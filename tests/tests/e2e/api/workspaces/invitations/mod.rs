//! Tests of the routes below `/api/v1/workspaces/{workspaceId}/invitations`.

mod bad_input;
mod csv;
mod deaths;
mod groups;
mod list;
mod named;
mod resend;
mod revoke;
mod rows;
mod validate_only;
