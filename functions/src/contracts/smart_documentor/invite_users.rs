//! POST /api/v1.0/external/tenant/inviteusers and POST /api/v1.0/external/sdworkspace/inviteusers.

use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, Role},
    operations::{InviteRow, InviteTo, InviteUsers, RejectWhole, WorkspaceReference},
};

use super::{ROLES, role_of};
use crate::vocabulary::{
    Field, FieldProblem, Format, HandlerResult, Incoming, MAX_ECHOED_ADDRESS, ValueSchema, address_text, echo, empty,
    fields, list, object, required, words,
};

type Rows = Vec<Result<InviteeEntry, FieldProblem>>;

fields! {
    /// The body of the request: people to be invited to the tenant, which is the caller's company.
    struct TenantBody {
        users: Rows = users(),
    }
}

fields! {
    /// The body of the request: people to be invited to a workspace.
    struct WorkspaceBody {
        workspace: Option<u32> = required("workspaceId", workspace_number()),
        users: Rows = users(),
    }
}

fields! {
    /// A person to be invited.
    struct InviteeEntry {
        email: EmailAddress = required("email", address_text("The address to invite.").try_map(|_, text| {
            EmailAddress::parse(&text).map_err(|_| not_valid("invalid_email", "email address", &text))
        })),
        role: Role = required("roleName", words("", ROLES.map(|role| role.name)).example("Viewer").try_map(|_, text| {
            role_of(&text).ok_or_else(|| not_valid("invalid_role", "role", &text))
        })),
    }
}

fn users() -> Field<Rows> {
    required("users", list("At least one, and nobody twice.", object::<InviteeEntry>().or_problem()))
}

/// The problem of a field whose value isn't valid, with the message that SmartDocumentor documents.
fn not_valid(code: &'static str, kind: &str, given: &str) -> FieldProblem {
    FieldProblem { code, message: format!("The {kind} '{}' is not valid.", echo(given, MAX_ECHOED_ADDRESS)) }
}

/// The format of a workspace's integer id. A value that isn't an integer id counts as the id of an unknown workspace.
fn workspace_number() -> Format<Option<u32>> {
    let schema = ValueSchema::whole("", 0..=i64::from(i32::MAX)).example(4711);
    Format::new(schema, |input| Ok(input.value.as_u64().and_then(|number| u32::try_from(number).ok())))
}

pub(crate) async fn to_tenant(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let TenantBody { users } = incoming.body()?;
    usher.invite_users(&caller, request(users)).await?;
    Ok(empty())
}

pub(crate) async fn to_workspace(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let WorkspaceBody { workspace, users } = incoming.body()?;
    let number = workspace.ok_or(Error::NotFound(Missing::Workspace))?;
    usher.invite_users_to(&caller, &WorkspaceReference::Number(number), request(users)).await?;
    Ok(empty())
}

/// The inviting request with a row for each user. If one row is invalid, the whole inviting request is refused, as
/// SmartDocumentor documents.
fn request(users: Rows) -> InviteUsers {
    let row = |entry: InviteeEntry| InviteRow::new(entry.email, entry.role);
    let rows = users.into_iter().map(|entry| entry.map(row).map_err(Into::into)).collect();
    InviteUsers { reject_whole: RejectWhole::Mistakes, ..InviteUsers::new(InviteTo::Company, rows) }
}

pub(crate) mod describe {
    use super::{TenantBody, WorkspaceBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn to_tenant() -> Description {
        describe("Invites people to the tenant: all of them, or nobody if one entry is bad.")
            .body::<TenantBody>()
            .answers_nothing(200)
            .refuses([Refusal::Forbidden, Refusal::TooMany])
    }

    pub(crate) fn to_workspace() -> Description {
        describe("Invites people to a workspace: all of them, or nobody if one entry is bad.")
            .body::<WorkspaceBody>()
            .answers_nothing(200)
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::TooMany])
    }
}
