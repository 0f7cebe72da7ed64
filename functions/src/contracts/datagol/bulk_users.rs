//! POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers. DataGOL documents no body of the response to `bulkUsers`, so
//! we chose the body.

use shared::{
    Usher,
    domain::{EmailAddress, Message, Role},
    operations::{InviteRow, InviteTo, InviteUsers},
};

use super::{WORKSPACE_ID, errors, role_of};
use crate::vocabulary::{
    HandlerResult, Incoming, InviteeRows, address_text, fields, list, message, ok, or_default, required, row,
    row_results, words,
};

fields! {
    /// The body of the request: people to be invited.
    struct BulkUsersBody {
        rows: InviteeRows<BulkUser> = required("workSpaceUsers", list("At least one.", row::<BulkUser>())),
        message: Option<Message> =
            or_default("message", message("The inviter's message to all invited people.").example("Welcome!")),
    }
}

fields! {
    /// A person to be invited.
    struct BulkUser {
        email: EmailAddress =
            required("email", address_text("The address to invite.").parse_or("invalid_email", EmailAddress::parse)),
        role: Role = required("role", words("ADMIN only from an ADMIN.", ["EDITOR", "CREATOR", "VIEWER", "ADMIN"])
            .parse_or("invalid_role", |word| role_of(word).ok_or("must be ADMIN, CREATOR, EDITOR or VIEWER"))),
    }
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let to = InviteTo::Workspace(WORKSPACE_ID.read(incoming)?);
    let BulkUsersBody { rows, message } = incoming.body()?;
    let (echoes, rows): (_, Vec<_>) = rows.into_iter().unzip();
    let row = |BulkUser { email, role }| InviteRow::new(email, role);
    let rows = rows.into_iter().map(|read| read.map(row).map_err(Into::into)).collect();
    let invited = usher.invite_users(&caller, InviteUsers { message, ..InviteUsers::new(to, rows) }).await?;
    let (results, refusal) = row_results(echoes, invited);
    Ok(match refusal {
        None => ok(&results),
        Some(refusal) => errors::no_row_succeeded(refusal, &results, incoming.trace_id()),
    })
}

pub(crate) mod describe {
    use super::{BulkUsersBody, WORKSPACE_ID, errors::DataGolProblem};
    use crate::vocabulary::{Description, Refusal, RowResults, describe};

    pub(crate) fn handle() -> Description {
        describe("Invites many people to a workspace.")
            .notes(
                "Each row has its own result, in the order of the request; one bad row never stops the others. If no row \
                 succeeds, the first row determines the status, and the error has summary and results too.",
            )
            .path(&WORKSPACE_ID)
            .body::<BulkUsersBody>()
            .answers::<RowResults>()
            .also::<DataGolProblem>(422, "application/json", "The address is suppressed: it isn't mailed any more.")
            .refuses([Refusal::Forbidden, Refusal::TooMany])
    }
}
