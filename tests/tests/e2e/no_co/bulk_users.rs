//! Tests of POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers, DataGOL's request to invite people.

mod again;
mod letters;
mod limits;
mod members;
mod roles;
mod rows;
