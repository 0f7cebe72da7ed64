//! POST /api/v1.0/external/tenant/inviteusers and POST /api/v1.0/external/sdworkspace/inviteusers, the seed's request.

use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, Reason},
    operations::{Caller, InviteRow, InviteTo, InviteUsers, RejectWhole},
};

use super::{empty, role_of};
use crate::{
    contracts::{MAX_OF_ADDRESS, echo},
    incoming::{Fields, Incoming, bad_entry, bad_field},
    routes::Answer,
};

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
async fn invite(usher: &Usher, caller: &Caller, to: InviteTo, rows: Vec<Result<InviteRow, Reason>>) -> Answer {
    let request = InviteUsers { refused_by: RejectWhole::Mistakes, ..InviteUsers::new(to, rows) };
    usher.invite_users(caller, request).await?;
    Ok(empty())
}

fn rows(usher: &Usher, body: &mut Fields) -> Result<Vec<Result<InviteRow, Reason>>, Error> {
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    Ok(users.into_iter().map(invitee).collect())
}

fn invitee(row: Value) -> Result<InviteRow, Reason> {
    let fields = Fields::of_row(row).map_err(bad_entry)?;
    let email = fields.required("email").map_err(bad_entry)?;
    let bad = |code, what: &str, given: &str| {
        Reason::new(code, format!("The {what} '{}' is not valid.", echo(given, MAX_OF_ADDRESS)))
    };
    let address = EmailAddress::parse(email).map_err(|_| bad("invalid_email", "email address", email))?;
    let role = fields.required("roleName").map_err(bad_entry)?;
    let role = role_of(role).ok_or_else(|| bad("invalid_role", "role", role))?;
    Ok(InviteRow::new(address, role))
}

pub(crate) mod describe {
    use super::super::WORDS;
    use crate::openapi::{Description, Field, Refusal, address, describe, list, object, required, whole, words};

    fn users() -> Field {
        let user = object([
            required("email", address("Whom to invite.")),
            required("roleName", words("", WORDS.map(|word| word.name)).example("Viewer")),
        ]);
        required("users", list("At least one, and nobody twice.", user))
    }

    pub(crate) fn to_tenant() -> Description {
        describe("Invites people to the tenant: all of them, or nobody if one entry is bad.")
            .takes(object([users()]))
            .answers_nothing(200)
            .refuses([Refusal::Forbidden, Refusal::TooMany])
    }

    pub(crate) fn to_workspace() -> Description {
        let workspace = whole("", 0..=i64::from(i32::MAX)).example(4711);
        describe("Invites people to a workspace: all of them, or nobody if one entry is bad.")
            .takes(object([required("workspaceId", workspace), users()]))
            .answers_nothing(200)
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::TooMany])
    }
}
