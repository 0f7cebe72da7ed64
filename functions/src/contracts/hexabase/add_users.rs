//! POST /api/v0/users, for one user, and POST /api/v0/workspaces/{workspaceId}/users, for many.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, InternalContext, PublicMessage, Usher,
    domain::{
        EmailAddress, GroupId, Password, PersonName, RecordStatus, Role, RowOutcome, RowReason, TemplateId, UserId,
        WorkspaceId,
    },
    operations::{
        EntryMethod, InviteResults, InviteRow, InviteTo, InviteUsers, InviteeOptions, LetterOptions, ResultDetail,
        RowResult, WorkspaceReference,
    },
};

use super::{
    WORKSPACE_ID,
    user_fields::{
        GivenCode, exclusive_to, identifier, parsed, sender, sender_address, sender_name, template, user_code,
    },
};
use crate::vocabulary::{
    FieldProblem, HandlerResult, Incoming, MAX_ECHOED_ADDRESS, PartlyReadable, address_text, echo, fields, flag, list,
    object, ok, optional, or_default, required, text, uuid,
};

/// The picture that Hexabase shows for a user without a picture of their own. No user of Usher has a picture, so every
/// user gets the picture that Hexabase shows for a user without one.
const PICTURE: &str = "https://storage.googleapis.com/linker/pub/default.png";

/// Hexabase's message for a caller who administers neither the workspace nor the group.
const NOT_ADMIN: &str = "not admin or group admin to workspace with given workspace_id";

/// Hexabase's message for every problem with a user to be added, except that the caller lacks the right to add the
/// user.
const OTHER: &str = "InternalServerError";

/// An entry of a request to add users: one user to be added. An entry without an address or a group fails the whole
/// request. If an entry has any other problem, only this entry fails.
type UserEntry = PartlyReadable<UserKey, UserOptions>;

fields! {
    /// The required fields of an entry (one user to be added), and the user's code. The response to the request repeats
    /// the required fields and the code.
    struct UserKey {
        email: String = required("email", address_text("The user's address.")),
        code: Option<GivenCode> = user_code(),
        group: Option<GroupId> = required("g_id", uuid("The user's group.").parse_if_possible()),
    }
}

fields! {
    /// The optional fields of an entry, which is one user to be added.
    struct UserOptions {
        unmailed: bool = or_default("no_confirm_email", flag("Whether no mail with a link is sent.")),
        password: Option<String> = optional("tmp_password",
            text("The password to log in with, if no mail with a link is sent.").example("Demo12#$")),
        sender_address: Option<EmailAddress> = sender_address(),
        sender_name: Option<PersonName> = sender_name(),
        template: Option<TemplateId> = template("conf_email_template_id"),
        registered: bool =
            or_default("send_password_to_email", flag("Whether a mail says that the user was registered.")),
        on_behalf_of: Option<UserId> =
            or_default("invitor_id", uuid("The user in whose name the invitation is sent.").parse_unless_empty(str::parse)),
        name: Option<PersonName> =
            or_default("username", text("The user's name.").example("Grace").parse_unless_empty(PersonName::parse)),
        exclusive_to: Option<WorkspaceId> = exclusive_to(),
        welcomed: bool = or_default("confirm_email_ack", flag("Whether a mail follows once the user has joined.")),
    }
}

fields! {
    /// The body of the request: users to be added to a workspace.
    struct UsersBody {
        users: Vec<UserEntry> = required("users", list("At least one.", object::<UserEntry>())),
    }
}

/// The row of the inviting request for one user to be added, or the reason why the request's entry for the user is
/// invalid.
fn invite_row(entry: UserEntry) -> Result<InviteRow, RowReason> {
    let invalid = |problem: FieldProblem| RowReason::new("invalid_user", problem.message);
    let UserKey { email, code, group } = entry.key;
    let options = entry.rest.map_err(invalid)?;
    let access = access(options.unmailed, options.password.as_deref()).map_err(invalid)?;
    let identifier = identifier(&email, code.as_ref()).map_err(invalid)?;
    // A text that isn't a group's id counts as the id of an unknown group.
    let group = group.ok_or_else(|| RowReason::new("unknown_group", "There is no such group."))?;
    let letter = LetterOptions {
        sender: sender(options.sender_address, options.sender_name),
        template: options.template,
        on_behalf_of: options.on_behalf_of,
        registered: options.registered,
    };
    let name = options.name;
    let options =
        InviteeOptions { letter, access, exclusive_to: options.exclusive_to, welcomed: options.welcomed, quiet: false };
    Ok(InviteRow { groups: vec![group], name, options, ..InviteRow::new(identifier, Role::Viewer) })
}

/// How the added user logs in for the first time. The request's temporary password is used only if no letter with a
/// link is mailed to the user.
fn access(unmailed: bool, password: Option<&str>) -> Result<EntryMethod, FieldProblem> {
    match (unmailed, password) {
        (false, _) => Ok(EntryMethod::Mail),
        (true, None) => Ok(EntryMethod::Later),
        (true, Some(password)) => parsed("tmp_password", Password::parse(password)).map(EntryMethod::Password),
    }
}

/// The result for a user who was not added.
#[derive(Serialize, JsonSchema)]
struct RefusedUser<'a> {
    email: &'a str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_code: Option<&'a str>,
}

/// The picture of a user in a response.
#[derive(Serialize, JsonSchema)]
struct Picture {
    #[serde(rename = "mediaLink")]
    media_link: &'static str,
}

/// The profile of an added user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UserProfile")]
struct AddedProfile<'a> {
    confirmed: bool,
    email: &'a str,
    email_sent: bool,
    profile_pics: [Picture; 1],
    u_id: String,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_code: Option<&'a str>,
}

/// The result for a user who is in the workspace after the request, whether the user was just added or was in the
/// workspace before.
#[derive(Serialize, JsonSchema)]
struct AddedUser<'a> {
    added: bool,
    exists: bool,
    user_profile: AddedProfile<'a>,
}

/// The results of a request that adds many users.
#[derive(Serialize, JsonSchema)]
struct AddedUsers<'a> {
    errors: Option<Vec<RefusedUser<'a>>>,
    result: Vec<AddedUser<'a>>,
}

impl<'a> AddedUser<'a> {
    /// The response's result for a row whose user is in the workspace after the request. The result is `None` if the
    /// row was refused.
    fn of(row: &'a RowResult) -> Option<Self> {
        let person = row.record.as_ref()?;
        let email = person.address.as_typed();
        let user_profile = AddedProfile {
            confirmed: person.status == RecordStatus::Accepted && !person.unverified,
            email,
            email_sent: row.is_mailed(),
            profile_pics: [Picture { media_link: PICTURE }],
            u_id: person.user.to_string(),
            username: person.full_name().unwrap_or_else(|| email.to_owned()),
            user_code: person.user_code.as_ref().map(AsRef::as_ref),
        };
        Some(Self { added: row.is_new(), exists: row.had_account(), user_profile })
    }
}

/// The parts of a request's entry that the response repeats if the user of the entry is not added.
struct EntryEcho {
    email: String,
    user_code: Option<String>,
}

impl EntryEcho {
    fn of(entry: &UserEntry) -> Self {
        let user_code = entry.key.code.as_ref().and_then(|code| code.echo.clone());
        Self { email: echo(&entry.key.email, MAX_ECHOED_ADDRESS), user_code }
    }

    fn refused(&self, message: &'static str) -> RefusedUser<'_> {
        RefusedUser { email: &self.email, message, user_code: self.user_code.as_deref() }
    }
}

fn request(rows: Vec<Result<InviteRow, RowReason>>, to: InviteTo) -> InviteUsers {
    InviteUsers { result_detail: ResultDetail::Records, ..InviteUsers::new(to, rows) }
}

pub(crate) async fn one(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let entry: UserEntry = incoming.body()?;
    let request = request(vec![invite_row(entry)], InviteTo::Company);
    let added = usher.invite_users_to(&caller, &WorkspaceReference::Current, request).await;
    let InviteResults { mut results, retry_after, .. } = added.map_err(not_admin)?;
    let row = results.pop().ok_or_else(|| Error::internal("add user: no result"))?;
    match (AddedUser::of(&row), row.outcome) {
        (Some(added), _) => Ok(ok(&added)),
        (None, _) if is_unauthorised(&row) => Err(Error::forbidden("forbidden", NOT_ADMIN).into()),
        (None, RowOutcome::Limited) => {
            let public = PublicMessage::new("limited", "The workspace has invited as many as it may today.");
            Err(Error::TooMany { public, retry_after: retry_after.unwrap_or_default() }.into())
        }
        (None, RowOutcome::Failed) => {
            Err(Error::Unavailable(InternalContext::new("add user: it wasn't written")).into())
        }
        (None, _) => Err(FieldProblem::new("This user can't be added.").into()),
    }
}

pub(crate) async fn many(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let to = InviteTo::Workspace(WORKSPACE_ID.read(incoming)?);
    let UsersBody { users } = incoming.body()?;
    let echoes: Vec<_> = users.iter().map(EntryEcho::of).collect();
    let rows = users.into_iter().map(invite_row).collect();
    let rows = match usher.invite_users(&caller, request(rows, to)).await {
        Err(Error::Forbidden(_)) => {
            let errors = echoes.iter().map(|echo| echo.refused(NOT_ADMIN)).collect();
            return Ok(ok(&AddedUsers { errors: Some(errors), result: Vec::new() }));
        }
        invited => invited?.results,
    };
    let (mut errors, mut result) = (Vec::new(), Vec::new());
    for (echo, row) in echoes.iter().zip(&rows) {
        match AddedUser::of(row) {
            Some(added) => result.push(added),
            None => errors.push(echo.refused(if is_unauthorised(row) { NOT_ADMIN } else { OTHER })),
        }
    }
    let errors = (!errors.is_empty()).then_some(errors);
    Ok(ok(&AddedUsers { errors, result }))
}

/// Whether the response refuses a row with Hexabase's message for a missing right. A row with a group of another
/// workspace gets the same message as a row with a group that the caller doesn't administer, so that the message
/// doesn't reveal which groups exist.
fn is_unauthorised(row: &RowResult) -> bool {
    let code = row.reason.as_ref().map(|reason| reason.code.as_ref());
    matches!(code, Some("unknown_group" | "group_admin_required" | "invited_beyond"))
}

/// Returns the given error, but with Hexabase's own message if the caller lacks the right to add users.
pub(super) fn not_admin(error: Error) -> Error {
    match error {
        Error::Forbidden(_) => Error::forbidden("forbidden", NOT_ADMIN),
        other => other,
    }
}

pub(crate) mod describe {
    use super::{AddedUser, AddedUsers, UserEntry, UsersBody, WORKSPACE_ID};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn one() -> Description {
        describe("Adds a user to the current workspace.").body::<UserEntry>().answers::<AddedUser<'_>>().refuses([
            Refusal::Missing,
            Refusal::Forbidden,
            Refusal::TooMany,
        ])
    }

    pub(crate) fn many() -> Description {
        describe("Adds users to a workspace.")
            .notes("`errors` names the users who can't be added. They don't stop the others.")
            .path(&WORKSPACE_ID)
            .body::<UsersBody>()
            .answers::<AddedUsers<'_>>()
            .refuses([Refusal::TooMany])
    }
}
