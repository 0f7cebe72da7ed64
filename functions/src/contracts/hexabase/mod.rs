//! Hexabase's contract: section 4 of `docs/compatibility.md` says what Hexabase documents and what we chose.

pub(crate) mod add_users;
pub(crate) mod errors;
pub(crate) mod groups;
pub(crate) mod log_in;
pub(crate) mod mail_users;
pub(crate) mod members;
pub(crate) mod password;
pub(crate) mod registration;
mod user_fields;
pub(crate) mod workspaces;

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing,
    domain::{GroupId, WorkspaceId},
};

use crate::vocabulary::{PathParameter, ok};

/// The workspace in the path.
const WORKSPACE_ID: PathParameter<WorkspaceId> = PathParameter::uuid("workspaceId", Missing::Workspace);

/// The group in the path.
const GROUP_ID: PathParameter<GroupId> = PathParameter::uuid("groupId", Missing::Group);

/// The error of a request that succeeded: null.
#[derive(Serialize, JsonSchema)]
struct Done {
    error: Option<&'static str>,
}

/// The response of a request that succeeded and has no result.
fn done() -> Response<Body> {
    ok(&Done { error: None })
}
