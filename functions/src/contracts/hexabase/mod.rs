//! Hexabase's contract: section 4 of `docs/compatibility.md` says what is documented and what is our choice.

pub(crate) mod errors;
pub(crate) mod workspaces;

use shared::{Error, Missing, domain::WorkspaceId};

use super::ok;
use crate::incoming::Incoming;

/// The workspace that the path names; one of another form isn't there either.
fn workspace(incoming: &Incoming) -> Result<WorkspaceId, Error> {
    incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))
}
