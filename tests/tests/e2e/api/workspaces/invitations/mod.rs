//! POST /api/v1/workspaces/{workspaceId}/invitations.

mod bad_input;
mod groups;
mod rows;
