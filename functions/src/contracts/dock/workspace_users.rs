//! /v1/workspace-users: the seed's request, list, get, change the role, remove.

use serde_json::json;
use shared::{
    Error, Missing, Usher,
    domain::{Person, PersonId},
    operations::{InviteTo, InviteUsers, Invitee},
};

use super::{
    address, message,
    properties::{Page, Properties, data},
    role,
    session::{Session, metered},
    shapes, workspace,
};
use crate::{
    incoming::{Incoming, bad_field},
    routes::Answer,
};

fn properties(incoming: &Incoming) -> Result<Properties, Error> {
    Properties::of(incoming, shapes::WORKSPACE_USER)
}

fn one(usher: &Usher, session: &Session, person: &Person, chosen: &Properties) -> Answer {
    data([("workspaceUser", shapes::workspace_user(usher, &session.company, person, chosen))])
}

fn id(incoming: &Incoming) -> Result<PersonId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Person))
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let body = incoming.json()?;
        let invitee = Invitee::new(address(&body)?, role(&body)?);
        let message = message(&body)?;
        let place = body.required("workspaceId").map_err(bad_field)?;
        let place = workspace(usher, &session.caller, place).await?.id;
        let identifier = invitee.identifier.clone();
        let (to, rows) = (InviteTo::Workspace(place), vec![Ok(invitee)]);
        let request = InviteUsers { message, only_if_published: true, ..InviteUsers::new(to, rows) };
        usher.invite_users(&session.caller, request).await?.require_all()?;
        let person = usher.find_member(&session.caller, place, &identifier).await?;
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
        data([("workspaceUsers", people.collect()), ("pageInfo", info)])
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
        let role = role(&incoming.json()?)?;
        let (_, person) = usher.change_member(&session.caller, &id(incoming)?, role).await?;
        one(usher, &session, &person, &chosen)
    })
    .await
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let person = usher.remove_member(&session.caller, &id(incoming)?).await?;
        data([("workspaceUser", json!({ "id": person.person_id }))])
    })
    .await
}
