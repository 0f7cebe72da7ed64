//! /v1/workspace-users: the seed's request, list, get, change the role, remove.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{Person, PersonId},
    operations::{InviteRow, InviteTo, InviteUsers},
};

use super::{
    address, message,
    properties::{Kept, Page, PageInfo, Properties, data},
    role,
    session::{Session, metered},
    shapes, workspace,
};
use crate::{
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// Somebody in a workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OneWorkspaceUser")]
struct One {
    #[schemars(with = "shapes::KeptWorkspaceUser")]
    workspace_user: Kept,
}

/// A page of workspace users.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SomeWorkspaceUsers")]
struct Several {
    #[schemars(with = "Vec<shapes::KeptWorkspaceUser>")]
    workspace_users: Vec<Kept>,
    page_info: PageInfo,
}

/// Who was removed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Removed {
    workspace_user: RemovedUser,
}

#[derive(Serialize, JsonSchema)]
struct RemovedUser {
    id: String,
}

fn properties(incoming: &Incoming) -> Result<Properties, Error> {
    Properties::of(incoming, shapes::WORKSPACE_USER)
}

fn one(usher: &Usher, session: &Session, person: &Person, chosen: &Properties) -> Answer {
    data(One { workspace_user: shapes::workspace_user(usher, &session.company, person, chosen) })
}

fn id(incoming: &Incoming) -> Result<PersonId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Person))
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let body = incoming.json()?;
        let invitee = InviteRow::new(address(&body)?, role(&body)?);
        let message = message(&body)?;
        let place = body.required("workspaceId").map_err(bad_field)?;
        let place = workspace(usher, &session.caller, place).await?.id;
        let identifier = invitee.identifier.clone();
        let person = match usher.find_member(&session.caller, place, &identifier).await {
            Err(Error::NotFound(Missing::Person)) => {
                let (to, rows) = (InviteTo::Workspace(place), vec![Ok(invitee)]);
                let request = InviteUsers { message, only_if_published: true, ..InviteUsers::new(to, rows) };
                usher.invite_users(&session.caller, request).await?.require_all()?;
                usher.find_member(&session.caller, place, &identifier).await?
            }
            there => there?,
        };
        one(usher, &session, &person, &chosen)
    })
    .await
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let (chosen, page) = (properties(incoming)?, Page::of(incoming)?);
        let people = if let Some(id) = incoming.query("workspaceId") {
            let workspace = workspace(usher, &session.caller, &id).await?;
            usher.list_members(&session.caller, workspace.id).await?.1
        } else {
            let all = usher.list_company_members(&session.caller).await?;
            all.into_iter().flat_map(|(_, people)| people).collect()
        };
        let (people, info) = page.cut(people);
        let people = people.iter().map(|person| shapes::workspace_user(usher, &session.company, person, &chosen));
        data(Several { workspace_users: people.collect(), page_info: info })
    })
    .await
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let (_, person) = usher.get_member(&session.caller, &id(incoming)?).await?;
        one(usher, &session, &person, &chosen)
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let (role, id) = (role(&incoming.json()?)?, id(incoming)?);
        let (_, there) = usher.get_member(&session.caller, &id).await?;
        let person = if shapes::seen_as(there.role) == role {
            there
        } else {
            usher.change_member(&session.caller, &id, role).await?.1
        };
        one(usher, &session, &person, &chosen)
    })
    .await
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let person = usher.remove_member(&session.caller, &id(incoming)?).await?;
        data(Removed { workspace_user: RemovedUser { id: person.person_id.to_string() } })
    })
    .await
}

pub(crate) mod describe {
    use super::{One, Removed, Several, shapes};
    use crate::{
        contracts::dock::{
            describe::{of_workspaces, role},
            properties::{Data, describe::properties},
        },
        openapi::{Description, Refusal, address, describe, object, optional, required, text},
    };

    pub(crate) fn create() -> Description {
        describe("Invites somebody to a workspace; somebody who is there is answered as they are.")
            .query([properties(shapes::WORKSPACE_USER)])
            .takes(object([
                required("email", address("Whom to invite.")),
                required("role", role()),
                required("workspaceId", text("").example("luI89ZCeEJuF")),
                optional("message", text("Mailed only from a published workspace.").length(0..=2000)),
            ]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        let summary = "The members of the company's workspaces, and who is invited to them.";
        of_workspaces::<Several>(summary, shapes::WORKSPACE_USER)
    }

    pub(crate) fn get() -> Description {
        describe("One member, or somebody invited.")
            .query([properties(shapes::WORKSPACE_USER)])
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn change() -> Description {
        describe("Gives a member, or somebody invited, another role.")
            .query([properties(shapes::WORKSPACE_USER)])
            .takes(object([required("role", role())]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a member, or revokes an invitation.")
            .answers::<Data<Removed>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
