//! POST /api/v1.0/external/tenant/inviteusers and POST /api/v1.0/external/sdworkspace/inviteusers, the seed's request.

use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::EmailAddress,
    operations::{Caller, InviteTo, InviteUsers, Invitee},
};

use super::{empty, role_of};
use crate::{
    incoming::{Fields, Incoming, bad_field},
    routes::Answer,
};

/// Longer than any address or role, and so enough to know an entry by.
const MOST_ECHOED: usize = 320;

pub(crate) async fn to_tenant(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let mut body = incoming.json()?;
    let rows = rows(usher, &mut body)?;
    invite(usher, &caller, InviteTo::Company, rows).await
}

pub(crate) async fn to_workspace(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let mut body = incoming.json()?;
    let number = body.value("workspaceId").map_err(bad_field)?.as_u64();
    let rows = rows(usher, &mut body)?;
    // What isn't an integer of ours, whatever its form, is as unknown as another company's.
    let number = number.and_then(|number| u32::try_from(number).ok()).ok_or(Error::NotFound(Missing::Workspace))?;
    let workspace = usher.workspace_of_number(number).await?;
    invite(usher, &caller, InviteTo::Workspace(workspace), rows).await
}

/// The vendor documents one bad entry as the whole request's refusal.
async fn invite(usher: &Usher, caller: &Caller, to: InviteTo, rows: Vec<Result<Invitee, String>>) -> Answer {
    let request = InviteUsers { to, rows, message: None, only_if_published: false, all_or_nothing: true };
    usher.invite_users(caller, request).await?;
    Ok(empty())
}

fn rows(usher: &Usher, body: &mut Fields) -> Result<Vec<Result<Invitee, String>>, Error> {
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    Ok(users.into_iter().map(invitee).collect())
}

fn invitee(row: Value) -> Result<Invitee, String> {
    let fields = Fields::of_row(row)?;
    let email = fields.required("email")?;
    let address =
        EmailAddress::parse(email).map_err(|_| format!("The email address '{}' is not valid.", echo(email)))?;
    let role = fields.required("roleName")?;
    let role = role_of(role).ok_or_else(|| format!("The role '{}' is not valid.", echo(role)))?;
    Ok(Invitee { identifier: address.into(), role })
}

fn echo(given: &str) -> String {
    given.chars().take(MOST_ECHOED).collect()
}
