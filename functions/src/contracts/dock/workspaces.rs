//! /v1/workspaces: make, list, rename and publish; the part that concerns people.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{DomainRule, Person, Title, Workspace, WorkspaceChange},
    operations::{NewWorkspace, SetAccess},
};

use super::{
    access, message,
    properties::{Kept, Page, PageInfo, Properties, data},
    session::{Session, metered},
    shapes, workspace,
};
use crate::{
    incoming::{Failure, Incoming, bad_field, parsed},
    routes::Answer,
};

/// A workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OneWorkspace")]
pub(super) struct One {
    #[schemars(with = "shapes::KeptWorkspace")]
    workspace: Kept,
}

/// A page of workspaces.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SomeWorkspaces")]
struct Several {
    #[schemars(with = "Vec<shapes::KeptWorkspace>")]
    workspaces: Vec<Kept>,
    page_info: PageInfo,
}

pub(super) fn properties(incoming: &Incoming) -> Result<Properties, Error> {
    Properties::of(incoming, shapes::WORKSPACE)
}

/// Whether a workspace's people are asked for.
pub(super) fn lists_people(chosen: &Properties) -> bool {
    chosen.has("workspaceUsers")
}

/// A workspace with those of its lists that are asked for.
pub(super) async fn body(
    usher: &Usher,
    session: &Session,
    workspace: &Workspace,
    people: Option<Vec<Person>>,
    domains: &[(Workspace, DomainRule)],
    chosen: &Properties,
) -> Result<Kept, Error> {
    let all = Properties::all();
    let people = match people {
        None if lists_people(chosen) => Some(usher.list_members(&session.caller, workspace.id).await?.1),
        known => known,
    };
    let workspace_user = |person: &Person| shapes::workspace_user(usher, &session.company, person, &all);
    let users = people.map(|people| people.iter().map(workspace_user).collect());
    let own = domains.iter().filter(|(of, _)| of.id == workspace.id);
    let domains =
        chosen.has("workspaceDomains").then(|| own.map(|(of, rule)| shapes::domain(of, rule, &all)).collect());
    Ok(shapes::workspace(usher, workspace, users, domains, chosen))
}

/// The company's domains, if they are asked for.
async fn domains(usher: &Usher, session: &Session, chosen: &Properties) -> Result<Vec<(Workspace, DomainRule)>, Error> {
    if chosen.has("workspaceDomains") { usher.list_domains(&session.caller).await } else { Ok(Vec::new()) }
}

/// One workspace as the answer to a change of it, with its people if they are known already. If there are more of them than
/// an answer holds they are left out, for the change is made.
pub(super) async fn one(
    usher: &Usher,
    session: &Session,
    workspace: &Workspace,
    people: Option<Vec<Person>>,
    chosen: &Properties,
) -> Answer {
    let domains = domains(usher, session, chosen).await?;
    match data(One { workspace: body(usher, session, workspace, people, &domains, chosen).await? }) {
        Err(Failure::Operation(Error::TooLarge(_))) => {
            let others = chosen.without(shapes::WORKSPACE, "workspaceUsers");
            data(One { workspace: body(usher, session, workspace, None, &domains, &others).await? })
        }
        answer => answer,
    }
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let mut body = incoming.json()?;
        let name = parsed("name", Title::parse(body.required("name").map_err(bad_field)?))?;
        let published = body.flag("autoPublishWorkspace").map_err(bad_field)?.unwrap_or(false);
        let message = message(&body)?;
        let people = access::people(&mut body)?;
        if !people.is_empty() {
            usher.admit_people(&session.caller, &people).await?;
            usher.admit_founder(&session.caller, &people).await?;
        }
        let new = NewWorkspace { name, description: None, published };
        let workspace = usher.create_workspace(&session.caller, new).await?;
        let people = if people.is_empty() {
            None
        } else {
            let (domains, listed, seen_as) = (Vec::new(), lists_people(&chosen), shapes::seen_as);
            let access = SetAccess { workspace: workspace.id, people, domains, message, listed, seen_as };
            usher.set_access(&session.caller, access).await?
        };
        one(usher, &session, &workspace, people, &chosen).await
    })
    .await
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let (chosen, page) = (properties(incoming)?, Page::of(incoming)?);
        let (workspaces, info) = page.cut(usher.list_company_workspaces(&session.caller).await?);
        let domains = domains(usher, &session, &chosen).await?;
        let mut bodies = Vec::with_capacity(workspaces.len());
        for workspace in &workspaces {
            bodies.push(body(usher, &session, workspace, None, &domains, &chosen).await?);
        }
        data(Several { workspaces: bodies, page_info: info })
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let body = incoming.json()?;
        let name = match body.text("name").map_err(bad_field)? {
            Some(name) => Some(parsed("name", Title::parse(name))?),
            None => None,
        };
        let published = body.flag("published").map_err(bad_field)?;
        let place = workspace(usher, &session.caller, incoming.parameter("id")).await?.id;
        let changed = usher.change_workspace(&session.caller, place, WorkspaceChange { name, published }).await?;
        one(usher, &session, &changed, None, &chosen).await
    })
    .await
}

pub(crate) mod describe {
    use super::{One, Several, shapes};
    use crate::{
        contracts::dock::{
            access::describe::{notify, people},
            properties::{
                Data,
                describe::{page, properties},
            },
        },
        openapi::{Description, Refusal, describe, flag, object, optional, required, text},
    };

    pub(crate) fn create() -> Description {
        describe("Makes a workspace, with people in it.")
            .query([properties(shapes::WORKSPACE)])
            .takes(object([
                required("name", text("").length(1..=120).example("Project Alpha")),
                optional("autoPublishWorkspace", flag("Whether it is published at once: else messages aren't mailed.")),
                optional("workspaceUsers", people()),
                optional("message", text("What is written to all of them.").length(0..=2000)),
                notify(),
            ]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe("The company's workspaces.")
            .query([properties(shapes::WORKSPACE)])
            .query(page())
            .answers::<Data<Several>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn change() -> Description {
        describe("Renames or publishes a workspace.")
            .query([properties(shapes::WORKSPACE)])
            .takes(object([
                optional("name", text("").length(1..=120).example("Project Beta")),
                optional("published", flag("")),
            ]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
