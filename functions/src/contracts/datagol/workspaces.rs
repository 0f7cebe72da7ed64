//! POST and GET /noCo/api/v2/workspaces, and GET /noCo/api/v2/workspaces/{workspaceId}.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{Message, Title, Workspace},
    operations::NewWorkspace,
};

use super::{bare_array, ok, required};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

/// A workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Workspace")]
struct WorkspaceBody<'a> {
    id: String,
    name: &'a str,
    description: Option<&'a str>,
    created_at: Timestamp,
}

impl<'a> From<&'a Workspace> for WorkspaceBody<'a> {
    fn from(workspace: &'a Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name.as_ref(),
            description: workspace.description.as_ref().map(AsRef::as_ref),
            created_at: workspace.created_at,
        }
    }
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let name = parsed("name", Title::parse(required(&body, "name")?))?;
    let description = match body.text("description").map_err(bad_field)? {
        Some(text) => parsed("description", Message::parse(text))?,
        None => None,
    };
    let workspace = usher.create_workspace(&caller, NewWorkspace { name, description, published: true }).await?;
    Ok(ok(&WorkspaceBody::from(&workspace)))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspaces = usher.list_workspaces(&caller).await?;
    bare_array(&workspaces.iter().map(WorkspaceBody::from).collect::<Vec<_>>())
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let id = incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    Ok(ok(&WorkspaceBody::from(&usher.get_workspace(&caller, id).await?)))
}

pub(crate) mod describe {
    use super::WorkspaceBody;
    use crate::openapi::{Description, Refusal, describe, object, optional, required, text};

    pub(crate) fn create() -> Description {
        describe("Makes a workspace; the caller is its ADMIN.")
            .takes(object([
                required("name", text("").length(1..=120).example("Project Alpha")),
                optional("description", text("").length(0..=2000)),
            ]))
            .answers::<WorkspaceBody>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn list() -> Description {
        describe("The workspaces that the caller can reach, oldest first.")
            .answers::<Vec<WorkspaceBody>>()
            .refuses([Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("One workspace.").answers::<WorkspaceBody>()
    }
}
