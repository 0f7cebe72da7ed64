//! GET /api/v0/workspaces and POST /api/v0/workspaces/{workspaceId}/select.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{Usher, domain::WorkspaceId};
use uuid::Uuid;

use super::{ok, workspace};
use crate::{contracts::bounded, incoming::Incoming, routes::Answer};

/// A workspace that the caller can reach.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workspace")]
struct ListedPerson<'a> {
    #[schemars(with = "Uuid")]
    workspace_id: WorkspaceId,
    workspace_name: &'a str,
}

/// The workspaces, and the one that is meant by routes which name none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workspaces")]
struct List<'a> {
    workspaces: Vec<ListedPerson<'a>>,
    #[schemars(with = "Option<Uuid>")]
    current_workspace_id: Option<WorkspaceId>,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let (workspaces, current) = usher.list_workspaces_with_current(&caller).await?;
    let workspaces =
        workspaces.iter().map(|one| ListedPerson { workspace_id: one.id, workspace_name: one.name.as_ref() }).collect();
    bounded(ok(&List { workspaces, current_workspace_id: current }))
}

pub(crate) async fn select(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.select_workspace(&caller, workspace(incoming)?).await?;
    Ok(ok(&Value::Null))
}

pub(crate) mod describe {
    use super::List;
    use crate::openapi::{Description, Refusal, describe};

    pub(crate) fn list() -> Description {
        describe("The workspaces that the caller can reach, and the current one.")
            .answers::<List>()
            .refuses([Refusal::ListTooLarge])
    }

    pub(crate) fn select() -> Description {
        describe("Makes a workspace the current one.").answers::<()>()
    }
}
