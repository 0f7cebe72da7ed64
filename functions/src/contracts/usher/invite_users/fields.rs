//! The fields of an inviting request of our own API.

use serde_json::{Map, Value, json};
use shared::{
    domain::{EmailAddress, GroupId, Lifetime, Message, Metadata, Role},
    operations::InviteRow,
};

use crate::{
    contracts::usher::ROLES,
    vocabulary::{
        FieldProblem, Format, Input, InviteeRows, ValueSchema, address_text, fields, flag, list, message, optional,
        or_default, required, row, uuid, whole, words,
    },
};

/// The largest number of groups that one row of an inviting request may name.
const MAX_GROUPS: usize = 10;

// Inviting requests in JSON and in CSV have the same options. A JSON request has the options in its body, and a CSV
// request has the options in its query.
pub(super) const ABOUT_LIFETIME: &str = "How long the links live, in seconds.";
pub(super) const LIFETIME_RANGE: std::ops::RangeInclusive<i64> = 60..=2_592_000;
pub(super) const ABOUT_VALIDATE_ONLY: &str =
    "Whether to return only what each row's result would be: nothing is written or mailed.";

fields! {
    /// An inviting request as JSON.
    pub(super) struct InviteBody {
        pub(super) rows: InviteeRows<InviteeBody> = required("users", list("At least one.", row::<InviteeBody>())),
        pub(super) message: Option<Message> = or_default("message", invitation_message()),
        pub(super) lifetime: Option<Lifetime> =
            optional("expiresInSeconds", lifetime(whole(ABOUT_LIFETIME, LIFETIME_RANGE))),
        pub(super) validate_only: bool = or_default("validateOnly", flag(ABOUT_VALIDATE_ONLY)),
    }
}

fields! {
    /// A row of an inviting request: a person to be invited.
    pub(super) struct InviteeBody {
        email: EmailAddress =
            required("email", address_text("The address to invite.").parse_or("invalid_email", EmailAddress::parse)),
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

pub(super) fn invitation_message() -> Format<Option<Message>> {
    message("The inviter's message to all invited people.").example("Welcome!")
}

pub(super) fn lifetime(seconds: Format<i64>) -> Format<Lifetime> {
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

/// The format of a group's id. A text that isn't a group's id counts as the id of an unknown group.
fn groups() -> Format<Vec<GroupId>> {
    let id = uuid("").example("3fa85f64-5717-4562-b3fc-2c963f66afa6").into_schema();
    Format::new(ValueSchema::list("The person's groups.", id).entries(0..=MAX_GROUPS), |input| {
        let wrong = || FieldProblem::of(input.name, format!("must be an array of at most {MAX_GROUPS} ids"));
        let unknown =
            || FieldProblem { code: "unknown_group", message: "There is no such group in the workspace.".to_owned() };
        let ids = input.value.as_array().filter(|ids| ids.len() <= MAX_GROUPS).ok_or_else(wrong)?;
        ids.iter().map(|id| id.as_str().ok_or_else(wrong)?.parse().map_err(|_| unknown())).collect()
    })
}
