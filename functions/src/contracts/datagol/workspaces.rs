//! POST and GET /noCo/api/v2/workspaces, and GET /noCo/api/v2/workspaces/{workspaceId}.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{Message, Title, Workspace},
    operations::NewWorkspace,
};

use super::WORKSPACE_ID;
use crate::vocabulary::{HandlerResult, Incoming, bare_array, fields, message, ok, or_default, required, title};

fields! {
    /// A workspace to be created.
    struct NewWorkspaceBody {
        name: Title = required("name", title("", "Project Alpha")),
        description: Option<Message> = or_default("description", message("")),
    }
}

/// A workspace, as a response shows the workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Workspace")]
struct DataGolWorkspace<'a> {
    id: String,
    name: &'a str,
    description: Option<&'a str>,
    created_at: Timestamp,
}

impl<'a> From<&'a Workspace> for DataGolWorkspace<'a> {
    fn from(workspace: &'a Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name.as_ref(),
            description: workspace.description.as_ref().map(AsRef::as_ref),
            created_at: workspace.created_at,
        }
    }
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let NewWorkspaceBody { name, description } = incoming.body()?;
    let workspace = usher.create_workspace(&caller, NewWorkspace { name, description, published: true }).await?;
    Ok(ok(&DataGolWorkspace::from(&workspace)))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let workspaces = usher.list_workspaces(&caller).await?;
    bare_array(&workspaces.iter().map(DataGolWorkspace::from).collect::<Vec<_>>())
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let workspace = usher.get_workspace(&caller, WORKSPACE_ID.read(incoming)?).await?;
    Ok(ok(&DataGolWorkspace::from(&workspace)))
}

pub(crate) mod describe {
    use super::{DataGolWorkspace, NewWorkspaceBody, WORKSPACE_ID};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn create() -> Description {
        describe("Creates a workspace. The caller is its ADMIN.")
            .body::<NewWorkspaceBody>()
            .answers::<DataGolWorkspace>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn list() -> Description {
        describe("The workspaces that the caller can reach, oldest first.")
            .answers::<Vec<DataGolWorkspace>>()
            .refuses([Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("One workspace.").path(&WORKSPACE_ID).answers::<DataGolWorkspace>()
    }
}
