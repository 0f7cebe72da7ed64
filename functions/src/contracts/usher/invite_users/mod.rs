//! POST /api/v1/workspaces/{workspaceId}/invitations: invites people, who are listed as JSON or as CSV.

mod csv;
mod fields;

use shared::{
    Usher,
    domain::IdempotencyKey,
    operations::{IdempotencyRequest, InviteRow, InviteTo, InviteUsers},
};

use self::fields::InviteBody;
use super::{WORKSPACE_ID, errors};
use crate::vocabulary::{Failure, Field, HandlerResult, Incoming, ok, optional, row_results, text};

fn idempotency_key() -> Field<Option<IdempotencyKey>> {
    let key = text("A key for the request. A retry with the same key has no further effect.").pattern("^[!-~]{1,255}$");
    optional("Idempotency-Key", key.parse_or("invalid_idempotency_key", str::parse))
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let to = InviteTo::Workspace(WORKSPACE_ID.read(incoming)?);
    let idempotency = idempotency_key().read_header(incoming)?.map(|key| {
        let (body, trace_id) = (incoming.digest(), incoming.trace_id().to_owned());
        IdempotencyRequest { key, body, trace_id }
    });
    let InviteBody { rows, message, lifetime, validate_only } = body(incoming)?;
    let (echoes, rows): (_, Vec<_>) = rows.into_iter().unzip();
    let rows = rows.into_iter().map(|row| row.map(InviteRow::from).map_err(Into::into)).collect();
    let request = InviteUsers { message, lifetime, validate_only, idempotency, ..InviteUsers::new(to, rows) };
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
        describe("Invites many people to a workspace.")
            .notes(
                "Each row has its own result, in the order of the request; one bad row never stops the others. If no row \
                 succeeds, the first row determines the status, and the error has summary and results too. CSV has the rest \
                 of the request in the query.",
            )
            .path(&WORKSPACE_ID)
            .body::<InviteBody>()
            .body_of("text/csv", csv_schema)
            .query::<CsvQuery>()
            .header(idempotency_key())
            .answers::<RowResults>()
            .also::<UsherProblem>(422, "application/problem+json", "The address is suppressed, or the key was used before.")
            .refuses([Refusal::Forbidden, Refusal::Conflict, Refusal::TooMany])
    }
}
