//! GET /api/v0/workspaces and POST /api/v0/workspaces/{workspaceId}/select.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{Usher, domain::WorkspaceId};
use uuid::Uuid;

use super::WORKSPACE_ID;
use crate::vocabulary::{HandlerResult, Incoming, bounded, ok};

/// A workspace that the caller can reach.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workspace")]
struct WorkspaceEntry<'a> {
    #[schemars(with = "Uuid")]
    workspace_id: WorkspaceId,
    workspace_name: &'a str,
}

/// The workspaces that the caller can reach, and the caller's current workspace. A Hexabase route without a workspace
/// in its path is about the caller's current workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workspaces")]
struct WorkspaceList<'a> {
    workspaces: Vec<WorkspaceEntry<'a>>,
    #[schemars(with = "Option<Uuid>")]
    current_workspace_id: Option<WorkspaceId>,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (workspaces, current_workspace_id) = usher.list_workspaces_with_current(&caller).await?;
    let workspaces = workspaces
        .iter()
        .map(|workspace| WorkspaceEntry { workspace_id: workspace.id, workspace_name: workspace.name.as_ref() })
        .collect();
    bounded(ok(&WorkspaceList { workspaces, current_workspace_id }))
}

pub(crate) async fn select(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.select_workspace(&caller, WORKSPACE_ID.read(incoming)?).await?;
    Ok(ok(&Value::Null))
}

pub(crate) mod describe {
    use super::{WORKSPACE_ID, WorkspaceList};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn list() -> Description {
        describe("The workspaces that the caller can reach, and the current one.")
            .answers::<WorkspaceList>()
            .refuses([Refusal::ListTooLarge])
    }

    pub(crate) fn select() -> Description {
        describe("Makes a workspace the current one.").path(&WORKSPACE_ID).answers::<()>()
    }
}
