//! The routes /v1/workspaces, as far as they concern people: create, list, rename and publish workspaces.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{Message, Title, WorkspaceChange},
    operations::{NewWorkspace, NewWorkspaceWithPeople},
};

use super::{
    WORKSPACE_ID,
    metered::metered,
    objects,
    people::{PersonEntry, invite_rows, notify_people, workspace_users},
    properties::{NumberedPageQuery, PageInfo, PropertySelection, SelectedJson, data, describe_properties},
    workspace_response::{OneWorkspace, lists, one_workspace, workspace_body},
};
use crate::vocabulary::{HandlerResult, Incoming, fields, flag, message, optional, or_default, required, title};

fields! {
    /// A workspace to be created.
    struct WorkspaceWithPeopleBody {
        name: Title = required("name", title("", "Project Alpha")),
        published: bool = or_default("autoPublishWorkspace",
            flag("Whether the workspace is published at once. Otherwise messages aren't mailed.")),
        message: Option<Message> = or_default("message", message("The message to all invited people.")),
        notify: Option<bool> = notify_people(),
        people: Vec<PersonEntry> = workspace_users(),
    }
}

fields! {
    /// The change of a workspace that a request asks for: a new name, or whether the workspace is published.
    struct WorkspaceChangeBody {
        name: Option<Title> = optional("name", title("", "Project Beta")),
        published: Option<bool> = optional("published", flag("")),
    }
}

/// A response with a page of the company's workspaces.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SomeWorkspaces {
    #[schemars(with = "Vec<objects::SelectedWorkspace>")]
    workspaces: Vec<SelectedJson>,
    page_info: PageInfo,
}

fn properties(incoming: &Incoming) -> Result<PropertySelection, Error> {
    PropertySelection::of(incoming, objects::WORKSPACE)
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let WorkspaceWithPeopleBody { name, published, message, notify, people } = incoming.body()?;
        let new = NewWorkspaceWithPeople {
            workspace: NewWorkspace { name, description: None, published },
            people: invite_rows(people, notify),
            message,
            shown_as: objects::shown_as,
        };
        let workspace = usher.create_workspace_with_people(&session.caller, new, lists(&selection)).await?;
        one_workspace(usher, &session, &workspace, &selection)
    })
    .await
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let (selection, page) = (properties(incoming)?, NumberedPageQuery::page(incoming)?);
        let (workspaces, total) = usher.page_company_workspaces(&session.caller, page, lists(&selection)).await?;
        let workspaces = workspaces.iter().map(|workspace| workspace_body(usher, &session, workspace, &selection));
        data(SomeWorkspaces { workspaces: workspaces.collect(), page_info: PageInfo::of(page, total) })
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let WorkspaceChangeBody { name, published } = incoming.body()?;
        let (id, change) = (WORKSPACE_ID.read(incoming)?, WorkspaceChange { name, published });
        let workspace = usher.change_workspace_with_lists(&session.caller, &id, change, lists(&selection)).await?;
        one_workspace(usher, &session, &workspace, &selection)
    })
    .await
}

pub(crate) mod describe {
    use super::{
        NumberedPageQuery, OneWorkspace, SomeWorkspaces, WORKSPACE_ID, WorkspaceChangeBody, WorkspaceWithPeopleBody,
        describe_properties, objects,
    };
    use crate::{
        contracts::dock::properties::Data,
        vocabulary::{Description, Refusal},
    };

    pub(crate) fn create() -> Description {
        describe_properties("Creates a workspace with people in it.", objects::WORKSPACE)
            .body::<WorkspaceWithPeopleBody>()
            .answers::<Data<OneWorkspace>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe_properties("The company's workspaces.", objects::WORKSPACE)
            .query::<NumberedPageQuery>()
            .answers::<Data<SomeWorkspaces>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn change() -> Description {
        describe_properties("Renames or publishes a workspace.", objects::WORKSPACE)
            .path(&WORKSPACE_ID)
            .body::<WorkspaceChangeBody>()
            .answers::<Data<OneWorkspace>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
