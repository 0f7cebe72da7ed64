//! POST /api/v1/workspaces/{workspaceId}/invitations.

use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, GroupId, Lifetime, Message, Metadata, Reason},
    operations::{InviteTo, InviteUsers, Invitee},
};

use super::errors;
use crate::{
    contracts::{
        ok,
        rows::{self, Given},
    },
    incoming::{Fields, Incoming, bad_entry, bad_field, parsed},
    routes::Answer,
};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    let mut body = incoming.json()?;
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    let message = match body.text("message").map_err(bad_field)? {
        Some(text) => parsed("message", Message::parse(text))?,
        None => None,
    };
    let lifetime = body.integer("expiresInSeconds").map_err(bad_field)?.map(Lifetime::of_seconds);
    let lifetime = lifetime.transpose().map_err(|problem| bad_field(format!("\"expiresInSeconds\" {problem}.")))?;
    let (given, rows): (_, Vec<_>) = users.into_iter().map(row).unzip();
    let request = InviteUsers { message, lifetime, ..InviteUsers::new(InviteTo::Workspace(workspace), rows) };
    let invited = usher.invite_users(&caller, request).await?;
    let (results, refusal) = rows::told(given, invited);
    Ok(match refusal {
        None => ok(&results),
        Some(refusal) => errors::nothing_succeeded(refusal, &results, incoming.trace_id()),
    })
}

fn row(row: Value) -> (Given, Result<Invitee, Reason>) {
    match Fields::of_row(row) {
        Ok(fields) => (Given::of(&fields), invitee(&fields)),
        Err(problem) => (Given::default(), Err(bad_entry(problem))),
    }
}

/// Groups that a row may name.
const MOST_GROUPS: usize = 10;

/// An id of another form is no group's either.
fn groups(fields: &Fields) -> Result<Vec<GroupId>, Reason> {
    let Ok(given) = fields.value("groups") else { return Ok(Vec::new()) };
    let wrong = || bad_entry(format!("\"groups\" must be an array of at most {MOST_GROUPS} ids."));
    let given = given.as_array().filter(|ids| ids.len() <= MOST_GROUPS).ok_or_else(wrong)?;
    let unknown = || Reason::new("unknown_group", "There is no such group in the workspace.");
    given.iter().map(|id| id.as_str().ok_or_else(wrong)?.parse().map_err(|_| unknown())).collect()
}

fn invitee(fields: &Fields) -> Result<Invitee, Reason> {
    let address = EmailAddress::parse(fields.required("email").map_err(bad_entry)?);
    let address = address.map_err(|problem| Reason::new("invalid_email", format!("\"email\": {problem}.")))?;
    let role = fields.required("role").map_err(bad_entry)?.parse();
    let role = role.map_err(|_| Reason::new("invalid_role", "\"role\" must be a role's name, such as EDITOR."))?;
    let metadata = match fields.value("metadata") {
        Ok(value) => Some(Metadata::of(value).map_err(|problem| bad_entry(format!("\"metadata\" {problem}.")))?),
        Err(_) => None,
    };
    Ok(Invitee { metadata, groups: groups(fields)?, ..Invitee::new(address, role) })
}
