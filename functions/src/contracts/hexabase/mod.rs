//! Hexabase's contract: section 4 of `docs/compatibility.md` says what is documented and what is our choice.

pub(crate) mod errors;
pub(crate) mod groups;
pub(crate) mod log_in;
pub(crate) mod members;
pub(crate) mod password;
pub(crate) mod registration;
pub(crate) mod users;
pub(crate) mod workspaces;

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{GroupId, WorkspaceId},
    operations::Caller,
};

use super::ok;
use crate::incoming::Incoming;

/// The workspace that the path names; one of another form isn't there either.
fn workspace(incoming: &Incoming) -> Result<WorkspaceId, Error> {
    incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))
}

/// A group's id; one of another form isn't there either.
fn group_id(text: &str) -> Result<GroupId, Error> {
    text.parse().map_err(|_| Error::NotFound(Missing::Group))
}

/// The workspace that routes are about which name none.
async fn current_workspace(usher: &Usher, caller: &Caller) -> Result<WorkspaceId, Error> {
    let (_, current) = usher.list_workspaces_with_current(caller).await?;
    current.ok_or(Error::NotFound(Missing::Workspace))
}

/// Done: there is no error.
#[derive(Serialize, JsonSchema)]
struct Done {
    error: Option<&'static str>,
}

/// The answer of what has nothing to tell.
fn done() -> Response<Body> {
    ok(&Done { error: None })
}
