//! POST /api/v0/users, POST /api/v0/workspaces/{workspaceId}/users, the seed's request, and POST /api/v0/userinvite.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{
    Error, Internal, Public, Usher,
    domain::{
        EmailAddress, Identifier, MailSender, Outcome, Password, PersonName, Reason, Role, Status, UserCode,
        WorkspaceId,
    },
    operations::{
        Access, Caller, InviteRow, InviteTo, InviteUsers, Invited, InviteeOptions, LetterOptions, MailRecipient,
        ResultDetail, RowResult,
    },
};

use super::{current_workspace, ok, workspace};
use crate::{
    contracts::{MAX_OF_ADDRESS, MAX_OF_WORD, echo},
    incoming::{Fields, Incoming, bad_field, told},
    routes::Answer,
};

/// The vendor's picture for whoever has none, as everybody here.
const PICTURE: &str = "https://storage.googleapis.com/linker/pub/default.png";

/// The vendor's words for whoever is in charge of neither workspace nor group.
const NOT_ADMIN: &str = "not admin or group admin to workspace with given workspace_id";

/// What is no group's id is as unknown as an unknown one.
const UNKNOWN_GROUP: &str = "There is no such group.";

/// The vendor's word for whatever else went wrong with an entry.
const OTHER: &str = "InternalServerError";

/// An entry that nobody was added for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefusedUser")]
struct Refused<'a> {
    email: &'a str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_code: Option<&'a str>,
}

/// A picture.
#[derive(Serialize, JsonSchema)]
struct Picture {
    #[serde(rename = "mediaLink")]
    media_link: &'static str,
}

/// Who was added.
#[derive(Serialize, JsonSchema)]
struct UserProfile<'a> {
    confirmed: bool,
    email: &'a str,
    email_sent: bool,
    profile_pics: [Picture; 1],
    u_id: String,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_code: Option<&'a str>,
}

/// Somebody who is in the workspace now, or was.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AddedUser")]
struct Told<'a> {
    added: bool,
    exists: bool,
    user_profile: UserProfile<'a>,
}

/// What became of many.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AddedUsers")]
struct Added<'a> {
    errors: Option<Vec<Refused<'a>>>,
    result: Vec<Told<'a>>,
}

impl<'a> Told<'a> {
    fn of(user: &'a RowResult) -> Option<Self> {
        let person = user.record.as_ref()?;
        let email = person.address.as_typed();
        let user_profile = UserProfile {
            confirmed: person.status == Status::Accepted && !person.unverified,
            email,
            email_sent: user.is_mailed(),
            profile_pics: [Picture { media_link: PICTURE }],
            u_id: person.user.to_string(),
            username: person.full_name().unwrap_or_else(|| email.to_owned()),
            user_code: person.user_code.as_ref().map(AsRef::as_ref),
        };
        Some(Self { added: user.is_new(), exists: user.had_account(), user_profile })
    }
}

/// An entry: what it gave to be known by, and what it asks for.
struct Entry {
    email: String,
    user_code: Option<String>,
    invitee: Result<InviteRow, Reason>,
}

impl Entry {
    /// Without an address or a group the whole request is bad; anything else is the entry's own failure.
    fn read(row: Value) -> Result<Self, Error> {
        Self::of(&Fields::of_row(row).map_err(bad_field)?)
    }

    fn of(fields: &Fields) -> Result<Self, Error> {
        let email = fields.required("email").map_err(bad_field)?;
        let group = fields.required("g_id").map_err(bad_field)?;
        let user_code = fields.text("user_code").ok().flatten().map(|code| echo(code, MAX_OF_WORD));
        Ok(Self {
            email: echo(email, MAX_OF_ADDRESS),
            user_code,
            invitee: invitee(fields, email, group).map_err(unreadable),
        })
    }

    fn refused(&self, message: &'static str) -> Refused<'_> {
        Refused { email: &self.email, message, user_code: self.user_code.as_deref() }
    }
}

fn unreadable(problem: String) -> Reason {
    let code = if problem == UNKNOWN_GROUP { "unknown_group" } else { "invalid_user" };
    Reason::new(code, problem)
}

fn optional<T, E: std::fmt::Display>(
    fields: &Fields,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, String> {
    let Some(text) = fields.text(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    parse(text).map(Some).map_err(|problem| told(name, problem))
}

fn identifier(fields: &Fields, email: &str) -> Result<Identifier, String> {
    let address = EmailAddress::parse(email).map_err(|problem| told("email", problem))?;
    Ok(Identifier { address, code: optional(fields, "user_code", UserCode::parse)? })
}

fn letter(fields: &Fields, template: &str) -> Result<LetterOptions, String> {
    let address = optional(fields, "sender_address", EmailAddress::parse)?;
    let name = optional(fields, "sender_name", PersonName::parse)?;
    let sender = (address.is_some() || name.is_some()).then_some(MailSender { address, name });
    Ok(LetterOptions {
        sender,
        template: optional(fields, template, str::parse)?,
        on_behalf_of: None,
        registered: false,
    })
}

fn invitee(fields: &Fields, email: &str, group: &str) -> Result<InviteRow, String> {
    let flag = |name: &str| Ok::<_, String>(fields.flag(name)?.unwrap_or(false));
    let unmailed = flag("no_confirm_email")?;
    let password = fields.text("tmp_password")?.filter(|_| unmailed);
    let access = match (unmailed, password) {
        (false, _) => Access::Mail,
        (true, None) => Access::Later,
        (true, Some(password)) => {
            Access::Password(Password::parse(password).map_err(|problem| told("tmp_password", problem))?)
        }
    };
    let mut letter = letter(fields, "conf_email_template_id")?;
    letter.registered = flag("send_password_to_email")?;
    letter.on_behalf_of = optional(fields, "invitor_id", str::parse)?;
    let mut invitee = InviteRow::new(identifier(fields, email)?, Role::Viewer);
    invitee.groups = vec![group.parse().map_err(|_| UNKNOWN_GROUP.to_owned())?];
    invitee.name = optional(fields, "username", PersonName::parse)?;
    invitee.personal = InviteeOptions {
        letter,
        access,
        exclusive_to: optional(fields, "exclusive_w_id", str::parse)?,
        welcomed: flag("confirm_email_ack")?,
        quiet: false,
    };
    Ok(invitee)
}

pub(crate) async fn add(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let fields = incoming.json()?;
    let entry = Entry::of(&fields)?;
    let workspace = current_workspace(usher, &caller).await?;
    let added = add_to(usher, &caller, workspace, vec![entry.invitee.clone()]).await;
    let Invited { mut results, retry_after, .. } = added.map_err(not_admin)?;
    let one = results.pop().ok_or_else(|| Error::internal("add user: no result"))?;
    match (Told::of(&one), one.outcome) {
        (Some(added), _) => Ok(ok(&added)),
        (None, _) if is_unauthorised(&one) => Err(Error::forbidden("forbidden", NOT_ADMIN).into()),
        (None, Outcome::Limited) => {
            let public = Public::new("limited", "The workspace has invited as many as it may today.");
            Err(Error::TooMany { public, retry_after: retry_after.unwrap_or_default() }.into())
        }
        (None, Outcome::Failed) => Err(Error::Unavailable(Internal::new("add user: it wasn't written")).into()),
        (None, _) => Err(bad_field("This user can't be added.".to_owned()).into()),
    }
}

async fn add_to(
    usher: &Usher,
    caller: &Caller,
    workspace: WorkspaceId,
    rows: Vec<Result<InviteRow, Reason>>,
) -> Result<Invited, Error> {
    let request =
        InviteUsers { tells: ResultDetail::Records, ..InviteUsers::new(InviteTo::Workspace(workspace), rows) };
    usher.invite_users(caller, request).await
}

pub(crate) async fn add_many(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = workspace(incoming)?;
    let mut body = incoming.json()?;
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    let entries = users.into_iter().map(Entry::read).collect::<Result<Vec<_>, _>>()?;
    let rows = entries.iter().map(|entry| entry.invitee.clone()).collect();
    let added = match add_to(usher, &caller, workspace, rows).await {
        Err(Error::Forbidden(_)) => {
            let errors = entries.iter().map(|entry| entry.refused(NOT_ADMIN)).collect();
            return Ok(ok(&Added { errors: Some(errors), result: Vec::new() }));
        }
        added => added?.results,
    };
    let (mut errors, mut result) = (Vec::new(), Vec::new());
    for (entry, user) in entries.iter().zip(&added) {
        match Told::of(user) {
            Some(added) => result.push(added),
            None => errors.push(entry.refused(if is_unauthorised(user) { NOT_ADMIN } else { OTHER })),
        }
    }
    let errors = (!errors.is_empty()).then_some(errors);
    Ok(ok(&Added { errors, result }))
}

/// A group that the workspace hasn't tells no more than one that isn't the caller's.
fn is_unauthorised(user: &RowResult) -> bool {
    let code = user.reason.as_ref().map(|reason| reason.code.as_ref());
    matches!(code, Some("unknown_group" | "group_admin_required" | "invited_beyond"))
}

fn not_admin(error: Error) -> Error {
    match error {
        Error::Forbidden(_) => Error::forbidden("forbidden", NOT_ADMIN),
        other => other,
    }
}

/// Whether somebody is in the workspace, and so is mailed if anybody is: 200, or else 400.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MailedUser")]
struct Mailed<'a> {
    email: &'a str,
    stats: u16,
}

pub(crate) async fn invite(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let mut body = incoming.json()?;
    let users = body.take_list("users").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    let letter = letter(&body, "email_templates_id").map_err(bad_field)?;
    let mail = !body.flag("no_confirm_email").map_err(bad_field)?.unwrap_or(false);
    let (mut emails, mut rows) = (Vec::with_capacity(users.len()), Vec::with_capacity(users.len()));
    for row in users {
        let fields = Fields::of_row(row).map_err(bad_field)?;
        let email = fields.required("email").map_err(bad_field)?;
        let who = identifier(&fields, email);
        let exclusive_to = optional(&fields, "exclusive_w_id", str::parse);
        rows.push(who.and_then(|identifier| Ok(MailRecipient { identifier, exclusive_to: exclusive_to? })).ok());
        emails.push(echo(email, MAX_OF_ADDRESS));
    }
    let workspace = current_workspace(usher, &caller).await?;
    let mailed = usher.mail_users(&caller, workspace, rows, &letter, mail).await.map_err(not_admin)?;
    let stats = emails.iter().zip(mailed).map(|(email, there)| Mailed { email, stats: if there { 200 } else { 400 } });
    Ok(ok(&stats.collect::<Vec<_>>()))
}

pub(crate) mod describe {
    use super::{Added, Mailed, Told};
    use crate::openapi::{
        Description, Field, Refusal, Shape, address, describe, flag, list, object, optional, required, text, uuid,
    };

    fn user() -> [Field; 3] {
        [
            required("email", address("Whom it is about.")),
            optional("user_code", text("ResultDetail several people at one address apart.").example("A-1")),
            optional("exclusive_w_id", uuid("The only workspace that they may ever be in.")),
        ]
    }

    fn sender() -> [Field; 2] {
        [
            optional("sender_address", address("Who the letter is from: an address that the deployment may send as.")),
            optional("sender_name", text("The name beside it.").example("Ada")),
        ]
    }

    fn new_user() -> Shape {
        let own = [
            required("g_id", uuid("The group to be in.")),
            optional("username", text("Their name.").example("Grace")),
            optional("no_confirm_email", flag("No letter with a link.")),
            optional(
                "tmp_password",
                text("The password to log in with, where there is no such letter.").example("Demo12#$"),
            ),
            optional("send_password_to_email", flag("A letter that they were registered.")),
            optional("confirm_email_ack", flag("A letter once they are in.")),
            optional("invitor_id", uuid("In whose name they are invited.")),
            optional("conf_email_template_id", uuid("The letter's template.")),
        ];
        object(user().into_iter().chain(sender()).chain(own))
    }

    pub(crate) fn add() -> Description {
        describe("Adds somebody to the current workspace.").takes(new_user()).answers::<Told<'_>>().refuses([
            Refusal::Missing,
            Refusal::Forbidden,
            Refusal::TooMany,
        ])
    }

    pub(crate) fn add_many() -> Description {
        describe("Adds people to a workspace.")
            .notes("Who can't be added is told in errors, and stops nobody else.")
            .takes(object([required("users", list("At least one.", new_user()))]))
            .answers::<Added<'_>>()
            .refuses([Refusal::TooMany])
    }

    pub(crate) fn invite() -> Description {
        let users = list("At least one.", object(user()));
        let template = optional("email_templates_id", uuid("The letter's template."));
        let unmailed = optional("no_confirm_email", flag("Nobody is mailed: only who is there is told."));
        describe("Mails people of the current workspace.")
            .takes(object([required("users", users), template, unmailed].into_iter().chain(sender())))
            .answers::<Vec<Mailed<'_>>>()
            .refuses([Refusal::Missing, Refusal::Forbidden])
    }
}
