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

use http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use shared::{
    Error,
    domain::{EmailAddress, Role},
};

use super::{bounded, json};
use crate::{
    incoming::{Fields, bad_field, parsed},
    routes::Answer,
};

fn ok(body: &impl Serialize) -> Response<Body> {
    json(StatusCode::OK, "application/json", body)
}

fn empty() -> Response<Body> {
    Response::new(Body::Empty)
}

/// A list that is documented as a bare array, and so has no pages.
fn bare_array<T: Serialize>(items: &[T]) -> Answer {
    bounded(ok(&items))
}

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

/// DataGOL's word for a role in the company.
fn company_role_word(role: Role) -> &'static str {
    if role == Role::Admin { "ADMIN" } else { "USER" }
}
