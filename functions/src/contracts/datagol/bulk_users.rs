//! POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers: the seed's request; the body of the answer is ours.

use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, Message, Reason},
    operations::{InviteRow, InviteTo, InviteUsers},
};

use super::{errors, ok, role_of};
use crate::{
    contracts::rows::{self, Given},
    incoming::{Fields, Incoming, bad_entry, bad_field, parsed, told},
    routes::Answer,
};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    let mut body = incoming.json()?;
    let users = body.take_list("workSpaceUsers").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    let message = match body.text("message").map_err(bad_field)? {
        Some(text) => parsed("message", Message::parse(text))?,
        None => None,
    };
    let (given, rows): (_, Vec<_>) = users.into_iter().map(row).unzip();
    let request = InviteUsers { message, ..InviteUsers::new(InviteTo::Workspace(workspace), rows) };
    let invited = usher.invite_users(&caller, request).await?;
    let (results, refusal) = rows::told(given, invited);
    Ok(match refusal {
        None => ok(&results),
        Some(refusal) => errors::nothing_succeeded(refusal, &results, incoming.trace_id()),
    })
}

fn row(row: Value) -> (Given, Result<InviteRow, Reason>) {
    match Fields::of_row(row) {
        Ok(fields) => (Given::of(&fields), invitee(&fields)),
        Err(problem) => (Given::default(), Err(bad_entry(problem))),
    }
}

fn invitee(fields: &Fields) -> Result<InviteRow, Reason> {
    let address = EmailAddress::parse(fields.required("email").map_err(bad_entry)?);
    let address = address.map_err(|problem| Reason::new("invalid_email", told("email", problem)))?;
    let role = role_of(fields.required("role").map_err(bad_entry)?);
    let role = role.ok_or_else(|| Reason::new("invalid_role", "\"role\" must be ADMIN, CREATOR, EDITOR or VIEWER."))?;
    Ok(InviteRow::new(address, role))
}

pub(crate) mod describe {
    use super::errors::Problem;
    use crate::{
        contracts::rows::Results,
        openapi::{Description, Refusal, address, describe, list, object, optional, required, text, words},
    };

    pub(crate) fn handle() -> Description {
        let user = object([
            required("email", address("Whom to invite.")),
            required("role", words("ADMIN only from an ADMIN.", ["EDITOR", "CREATOR", "VIEWER", "ADMIN"])),
        ]);
        let message = text("What the inviter writes to all of them.").length(0..=2000).example("Welcome!");
        describe("Brings many people into a workspace.")
            .notes(
                "Each row has its own result, in the order of the request; one bad row never stops the others. If no row \
                 succeeds, the status is that of the first, and the error has summary and results too.",
            )
            .takes(object([required("workSpaceUsers", list("At least one.", user)), optional("message", message)]))
            .answers::<Results>()
            .also::<Problem>(422, "application/json", "The address isn't mailed any more.")
            .refuses([Refusal::Forbidden, Refusal::TooMany])
    }
}
