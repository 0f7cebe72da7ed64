//! GET /api/v1.0/external/sdworkspace/CurrentWorkspaces: the workspaces that the caller can reach, oldest first.

use schemars::JsonSchema;
use serde::Serialize;
use shared::Usher;

use crate::vocabulary::{HandlerResult, Incoming, bare_array};

/// A workspace that the caller can reach.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Workspace")]
struct CurrentWorkspace<'a> {
    workspace_id: u32,
    tenant_id: u32,
    workspace_name: &'a str,
    workspace_description: Option<&'a str>,
    is_default: bool,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let workspaces = usher.list_workspaces_of_companies(&caller).await?;
    let workspaces = workspaces.iter().enumerate().map(|(index, (workspace, company))| CurrentWorkspace {
        workspace_id: workspace.number,
        tenant_id: company.number,
        workspace_name: workspace.name.as_ref(),
        workspace_description: workspace.description.as_ref().map(AsRef::as_ref),
        is_default: index == 0,
    });
    bare_array(&workspaces.collect::<Vec<_>>())
}

pub(crate) mod describe {
    use super::CurrentWorkspace;
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn list() -> Description {
        describe("The workspaces that the caller can reach, oldest first.")
            .answers::<Vec<CurrentWorkspace>>()
            .refuses([Refusal::ListTooLarge])
    }
}
