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
    Error, Public,
    domain::{EmailAddress, Role},
};

use super::json;
use crate::{
    incoming::{Fields, bad_field, parsed},
    routes::Answer,
};

/// A bare array larger than this is refused: Lambda answers at most 6 MB, the body as a JSON string within them.
const MOST_BYTES: usize = 5 * 1024 * 1024;

fn ok(body: &impl Serialize) -> Response<Body> {
    json(StatusCode::OK, "application/json", body)
}

fn empty() -> Response<Body> {
    Response::new(Body::Empty)
}

/// A list that is documented as a bare array, and so has no pages.
fn bare_array<T: Serialize>(items: &[T]) -> Answer {
    let response = ok(&items);
    match response.body() {
        Body::Text(text) if escaped_len(text) > MOST_BYTES => {
            let message = "The list is larger than 5 MB, and this contract has no pages.";
            Err(Error::TooLarge(Public::new("list_too_large", message)).into())
        }
        _ => Ok(response),
    }
}

/// How long the text is once Lambda has put it into its own JSON.
fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
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
