//! POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers.

mod again;
mod letters;
mod limits;
mod members;
mod roles;
mod rows;
