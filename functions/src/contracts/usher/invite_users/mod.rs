//! POST /api/v1/workspaces/{workspaceId}/invitations, as JSON or as CSV.

mod csv;

use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, GroupId, Lifetime, Message, Metadata, Reason},
    operations::{IdempotencyRequest, InviteRow, InviteTo, InviteUsers},
};

use super::errors;
use crate::{
    contracts::{
        ok,
        rows::{self, Given},
    },
    incoming::{Failure, Fields, Incoming, bad_entry, bad_field, parsed, told},
    routes::Answer,
};

/// Rows, and what is said of all of them.
struct Asked {
    rows: Vec<(Given, Result<InviteRow, Reason>)>,
    message: Option<Message>,
    lifetime: Option<Lifetime>,
    validate_only: bool,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    let name = incoming.idempotency_key()?.map(|key| {
        let (body, trace_id) = (incoming.digest(), incoming.trace_id().to_owned());
        IdempotencyRequest { key, body, trace_id }
    });
    let Asked { rows, message, lifetime, validate_only } =
        if incoming.is_csv() { csv::asked(usher, incoming)? } else { json(usher, incoming)? };
    let (given, rows): (_, Vec<_>) = rows.into_iter().unzip();
    let to = InviteTo::Workspace(workspace);
    let request = InviteUsers { message, lifetime, validate_only, name, ..InviteUsers::new(to, rows) };
    let invited = usher.invite_users(&caller, request).await?;
    let before = invited.answered_before.clone();
    let (results, refusal) = rows::told(given, invited);
    Ok(match refusal {
        None => ok(&results),
        Some(refusal) => errors::nothing_succeeded(refusal, &results, before.as_deref().unwrap_or(incoming.trace_id())),
    })
}

fn json(usher: &Usher, incoming: &Incoming) -> Result<Asked, Failure> {
    let mut body = incoming.json_or("application/json or text/csv")?;
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    Ok(Asked {
        rows: users.into_iter().map(row).collect(),
        message: message(body.text("message").map_err(bad_field)?)?,
        lifetime: lifetime(body.integer("expiresInSeconds").map_err(bad_field)?)?,
        validate_only: body.flag("validateOnly").map_err(bad_field)?.unwrap_or(false),
    })
}

fn message(text: Option<&str>) -> Result<Option<Message>, Error> {
    Ok(text.map(|text| parsed("message", Message::parse(text))).transpose()?.flatten())
}

fn lifetime(seconds: Option<i64>) -> Result<Option<Lifetime>, Error> {
    seconds.map(|seconds| parsed("expiresInSeconds", Lifetime::of_seconds(seconds))).transpose()
}

fn row(row: Value) -> (Given, Result<InviteRow, Reason>) {
    match Fields::of_row(row) {
        Ok(fields) => (Given::of(&fields), invitee(&fields)),
        Err(problem) => (Given::default(), Err(bad_entry(problem))),
    }
}

/// Groups that a row may name.
const MAX_GROUPS: usize = 10;

/// An id of another form is no group's either.
fn groups(fields: &Fields) -> Result<Vec<GroupId>, Reason> {
    let Ok(given) = fields.value("groups") else { return Ok(Vec::new()) };
    let wrong = || bad_entry(format!("\"groups\" must be an array of at most {MAX_GROUPS} ids."));
    let given = given.as_array().filter(|ids| ids.len() <= MAX_GROUPS).ok_or_else(wrong)?;
    let unknown = || Reason::new("unknown_group", "There is no such group in the workspace.");
    given.iter().map(|id| id.as_str().ok_or_else(wrong)?.parse().map_err(|_| unknown())).collect()
}

fn invitee(fields: &Fields) -> Result<InviteRow, Reason> {
    let address = EmailAddress::parse(fields.required("email").map_err(bad_entry)?);
    let address = address.map_err(|problem| Reason::new("invalid_email", told("email", problem)))?;
    let role = fields.required("role").map_err(bad_entry)?.parse();
    let role = role.map_err(|_| Reason::new("invalid_role", "\"role\" must be a role's name, such as EDITOR."))?;
    let metadata = match fields.value("metadata") {
        Ok(value) => Some(Metadata::of(value).map_err(|problem| bad_entry(told("metadata", problem)))?),
        Err(_) => None,
    };
    Ok(InviteRow { metadata, groups: groups(fields)?, ..InviteRow::new(address, role) })
}

pub(crate) mod describe {
    use serde_json::json;

    use super::{MAX_GROUPS, errors::Problem};
    use crate::{
        contracts::{rows::Results, usher::ROLES},
        openapi::{
            Description, Refusal, address, describe, flag, list, object, optional, required, text, uuid, whole, words,
        },
    };

    pub(crate) fn handle() -> Description {
        let metadata = object([]).about("Kept with the invitation; at most 1 KB.").example(json!({ "source": "crm" }));
        let groups = list("Groups to be in.", uuid("").example("3fa85f64-5717-4562-b3fc-2c963f66afa6"));
        let user = object([
            required("email", address("Whom to invite.")),
            required("role", words("", ROLES).example("EDITOR")),
            optional("groups", groups.entries(0..=MAX_GROUPS)),
            optional("metadata", metadata),
        ]);
        let lifetime = whole("How long the links live, in seconds.", 60..=2_592_000).example(604_800);
        let lifetime = || optional("expiresInSeconds", lifetime.clone());
        let message = text("What the inviter writes to all of them.").length(0..=2000).example("Welcome!");
        let message = || optional("message", message.clone());
        let validate = "Whether only to tell what would become of the rows.";
        let key =
            text("A name of the request, by which sending it again does nothing again.").pattern("^[!-~]{1,255}$");
        let csv = text("A header row that names the columns email, role and, if need be, groups: ids with semicolons.")
            .example("email,role\nuser@example.com,EDITOR\n");
        describe("Brings many people into a workspace.")
            .notes(
                "Each row has its own result, in the order of the request; one bad row never stops the others. If no row \
                 succeeds, the status is that of the first, and the error has summary and results too. CSV has the rest \
                 of the request in the query.",
            )
            .takes(object([
                required("users", list("At least one.", user)),
                message(),
                lifetime(),
                optional("validateOnly", flag(validate)),
            ]))
            .takes_as("text/csv", csv)
            .query([message(), lifetime(), optional("validateOnly", words(validate, ["true", "false"]))])
            .header(optional("Idempotency-Key", key))
            .answers::<Results>()
            .also::<Problem>(422, "application/problem+json", "Not mailed any more, or the key is another request's.")
            .refuses([Refusal::Forbidden, Refusal::Conflict, Refusal::TooMany])
    }
}
