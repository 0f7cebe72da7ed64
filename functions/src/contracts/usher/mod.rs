//! Our own surface: JSON in camelCase, problem details, and the pages behind mailed links.

pub(crate) mod accept_invitation;
pub(crate) mod audit;
pub(crate) mod describe_api;
pub(crate) mod errors;
pub(crate) mod invitation;
pub(crate) mod invitations;
pub(crate) mod invite_users;
pub(crate) mod mail_templates;
pub(crate) mod members;
mod paging;
pub(crate) mod public_keys;
pub(crate) mod register;

use http::StatusCode;
use lambda_http::{Body, Response};
use schemars::{Schema, SchemaGenerator};
use shared::{
    Error, Missing,
    domain::{Role, WorkspaceId},
};

use crate::{contracts, incoming::Incoming, openapi};

/// The workspace that the path names.
fn workspace(incoming: &Incoming) -> Result<WorkspaceId, Error> {
    incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))
}

/// 204, for what leaves nothing to be told.
fn no_content() -> Response<Body> {
    let mut response = contracts::empty();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The words for a role.
const ROLES: [&str; Role::ALL.len()] = role_words();

const fn role_words() -> [&'static str; Role::ALL.len()] {
    let mut words = [""; Role::ALL.len()];
    let mut index = 0;
    while index < words.len() {
        words[index] = Role::ALL[index].name();
        index += 1;
    }
    words
}

/// One of them, in an answer.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    openapi::enumerated(ROLES)
}
