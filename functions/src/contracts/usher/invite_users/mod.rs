//! POST /api/v1/workspaces/{workspaceId}/invitations, as JSON or as CSV.

mod csv;

use serde_json::{Map, Value, json};
use shared::{
    Usher,
    domain::{EmailAddress, GroupId, IdempotencyKey, Lifetime, Message, Metadata, Role},
    operations::{IdempotencyRequest, InviteRow, InviteTo, InviteUsers},
};

use super::{ROLES, WORKSPACE_ID, errors};
use crate::vocabulary::{
    Failure, Field, FieldProblem, Format, HandlerResult, Incoming, Input, InviteeRows, ValueSchema, address_text,
    fields, flag, list, message, ok, optional, or_default, required, row, row_results, text, uuid, whole, words,
};

/// The groups that a row may name.
const MAX_GROUPS: usize = 10;

const LIFETIME: &str = "How long the links live, in seconds.";
const LIFETIME_RANGE: std::ops::RangeInclusive<i64> = 60..=2_592_000;
const VALIDATE_ONLY: &str = "Whether only to tell what would become of the rows.";

fields! {
    /// An inviting request as JSON.
    struct InviteBody {
        rows: InviteeRows<InviteeBody> = required("users", list("At least one.", row::<InviteeBody>())),
        message: Option<Message> = or_default("message", invitation_message()),
        lifetime: Option<Lifetime> = optional("expiresInSeconds", lifetime(whole(LIFETIME, LIFETIME_RANGE))),
        validate_only: bool = or_default("validateOnly", flag(VALIDATE_ONLY)),
    }
}

fields! {
    /// A row.
    struct InviteeBody {
        email: EmailAddress =
            required("email", address_text("Whom to invite.").parse_or("invalid_email", EmailAddress::parse)),
        role: Role = required("role", words("", ROLES).example("EDITOR").parse_or("invalid_role", parse_role)),
        metadata: Option<Metadata> = optional("metadata", metadata()),
        groups: Vec<GroupId> = or_default("groups", groups()),
    }
}

impl From<InviteeBody> for InviteRow {
    fn from(InviteeBody { email, role, metadata, groups }: InviteeBody) -> Self {
        Self { metadata, groups, ..Self::new(email, role) }
    }
}

fn invitation_message() -> Format<Option<Message>> {
    message("What the inviter writes to all of them.").example("Welcome!")
}

fn lifetime(seconds: Format<i64>) -> Format<Lifetime> {
    let lifetime = |input: &Input<'_>, seconds| {
        Lifetime::of_seconds(seconds).map_err(|problem| FieldProblem::of(input.name, problem))
    };
    seconds.example(604_800).try_map(lifetime)
}

fn parse_role(word: &str) -> Result<Role, &'static str> {
    word.parse().map_err(|_| "must be a role's name, such as EDITOR")
}

fn metadata() -> Format<Metadata> {
    let schema = ValueSchema::of("object").with("properties", Value::Object(Map::new()));
    let schema = schema.about("Kept with the invitation; at most 1 KB.").example(json!({ "source": "crm" }));
    Format::new(schema, |input| Metadata::of(input.value).map_err(|problem| FieldProblem::of(input.name, problem)))
}

/// A text that isn't a group's id counts as the id of an unknown group.
fn groups() -> Format<Vec<GroupId>> {
    let id = uuid("").example("3fa85f64-5717-4562-b3fc-2c963f66afa6").into_schema();
    Format::new(ValueSchema::list("Groups to be in.", id).entries(0..=MAX_GROUPS), |input| {
        let wrong = || FieldProblem::of(input.name, format!("must be an array of at most {MAX_GROUPS} ids"));
        let unknown =
            || FieldProblem { code: "unknown_group", message: "There is no such group in the workspace.".to_owned() };
        let ids = input.value.as_array().filter(|ids| ids.len() <= MAX_GROUPS).ok_or_else(wrong)?;
        ids.iter().map(|id| id.as_str().ok_or_else(wrong)?.parse().map_err(|_| unknown())).collect()
    })
}

fn idempotency_key() -> Field<Option<IdempotencyKey>> {
    let key = text("A name of the request, by which sending it again does nothing again.").pattern("^[!-~]{1,255}$");
    optional("Idempotency-Key", key.parse_or("invalid_idempotency_key", str::parse))
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let to = InviteTo::Workspace(WORKSPACE_ID.read(incoming)?);
    let name = idempotency_key().read_header(incoming)?.map(|key| {
        let (body, trace_id) = (incoming.digest(), incoming.trace_id().to_owned());
        IdempotencyRequest { key, body, trace_id }
    });
    let InviteBody { rows, message, lifetime, validate_only } = body(incoming)?;
    let (echoes, rows): (_, Vec<_>) = rows.into_iter().unzip();
    let rows = rows.into_iter().map(|row| row.map(InviteRow::from).map_err(Into::into)).collect();
    let request = InviteUsers { message, lifetime, validate_only, name, ..InviteUsers::new(to, rows) };
    let invited = usher.invite_users(&caller, request).await?;
    let first_trace_id = invited.answered_before.clone();
    let (results, refusal) = row_results(echoes, invited);
    Ok(match refusal {
        None => ok(&results),
        Some(refusal) => {
            let trace_id = first_trace_id.as_deref().unwrap_or(incoming.trace_id());
            errors::no_row_succeeded(refusal, &results, trace_id)
        }
    })
}

fn body(incoming: &Incoming) -> Result<InviteBody, Failure> {
    if incoming.is_csv() { csv::body(incoming) } else { incoming.body_or("application/json or text/csv") }
}

pub(crate) mod describe {
    use super::{InviteBody, WORKSPACE_ID, csv::CsvQuery, csv::csv_schema, errors::UsherProblem, idempotency_key};
    use crate::vocabulary::{Description, Refusal, RowResults, describe};

    pub(crate) fn handle() -> Description {
        describe("Brings many people into a workspace.")
            .notes(
                "Each row has its own result, in the order of the request; one bad row never stops the others. If no row \
                 succeeds, the status is that of the first, and the error has summary and results too. CSV has the rest \
                 of the request in the query.",
            )
            .path(&WORKSPACE_ID)
            .body::<InviteBody>()
            .body_of("text/csv", csv_schema)
            .query::<CsvQuery>()
            .header(idempotency_key())
            .answers::<RowResults>()
            .also::<UsherProblem>(422, "application/problem+json", "Not mailed any more, or the key is another request's.")
            .refuses([Refusal::Forbidden, Refusal::Conflict, Refusal::TooMany])
    }
}
