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

/// The id of the workspace in a route's path.
const WORKSPACE_ID: PathParameter<WorkspaceId> = PathParameter::uuid("workspaceId", Missing::Workspace);

/// The id of the group in a route's path.
const GROUP_ID: PathParameter<GroupId> = PathParameter::uuid("groupId", Missing::Group);

/// The value of the response's field `error` when the request succeeded: null.
#[derive(Serialize, JsonSchema)]
struct Done {
    error: Option<&'static str>,
}

/// The response to a request that succeeded and whose response has no result.
fn done() -> Response<Body> {
    ok(&Done { error: None })
}
