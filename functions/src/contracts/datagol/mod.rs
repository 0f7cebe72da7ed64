//! DataGOL's contract: section 1 of `docs/compatibility.md` says what is documented and what is our choice.

pub(crate) mod bulk_users;
pub(crate) mod errors;
pub(crate) mod log_in;
pub(crate) mod profile;
pub(crate) mod resend_otp;
pub(crate) mod service_accounts;
pub(crate) mod sign_up;
pub(crate) mod team;
pub(crate) mod verify_otp;
pub(crate) mod workspaces;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use shared::{
    Error,
    domain::{EmailAddress, Role},
};

use super::{bare_array, empty, ok};
use crate::{
    incoming::{Fields, bad_field, parsed},
    openapi,
};

/// A required text field.
fn required<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Error> {
    fields.required(name).map_err(bad_field)
}

/// A required address.
fn address(fields: &Fields, name: &str) -> Result<EmailAddress, Error> {
    parsed(name, EmailAddress::parse(required(fields, name)?))
}

/// DataGOL's word for a role: the nearest lower one where it has none.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "ADMIN",
        Role::Manager | Role::Creator => "CREATOR",
        Role::Editor => "EDITOR",
        Role::Reviewer | Role::Collaborator | Role::Commenter | Role::Viewer => "VIEWER",
    }
}

/// The role of a word of DataGOL's.
fn role_of(word: &str) -> Option<Role> {
    match word {
        "ADMIN" => Some(Role::Admin),
        "CREATOR" => Some(Role::Creator),
        "EDITOR" => Some(Role::Editor),
        "VIEWER" => Some(Role::Viewer),
        _ => None,
    }
}

/// The words for a role in a workspace, in an answer.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    openapi::enumerated(Role::ALL.map(role_word))
}

/// DataGOL's word for a role in the company.
fn company_role_word(role: Role) -> &'static str {
    if role == Role::Admin { "ADMIN" } else { "USER" }
}

/// A sentence for people.
#[derive(Serialize, JsonSchema)]
struct Said {
    message: &'static str,
}

/// An access token.
#[derive(Serialize, JsonSchema)]
struct Token<'a> {
    token: &'a str,
}
