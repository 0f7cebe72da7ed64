//! GET /api/v0/workspaces and POST /api/v0/workspaces/{workspaceId}/select.

use serde::Serialize;
use serde_json::Value;
use shared::{Usher, domain::WorkspaceId};

use super::{ok, workspace};
use crate::{contracts::bounded, incoming::Incoming, routes::Answer};

#[derive(Serialize)]
struct Listed<'a> {
    workspace_id: WorkspaceId,
    workspace_name: &'a str,
}

#[derive(Serialize)]
struct List<'a> {
    workspaces: Vec<Listed<'a>>,
    current_workspace_id: Option<WorkspaceId>,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let (workspaces, current) = usher.list_workspaces_with_current(&caller).await?;
    let workspaces =
        workspaces.iter().map(|one| Listed { workspace_id: one.id, workspace_name: one.name.as_ref() }).collect();
    bounded(ok(&List { workspaces, current_workspace_id: current }))
}

pub(crate) async fn select(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.select_workspace(&caller, workspace(incoming)?).await?;
    Ok(ok(&Value::Null))
}
