//! Our own API: JSON in camelCase, problem details, and the pages for people.

pub(crate) mod accept_invitation;
pub(crate) mod audit;
pub(crate) mod describe_api;
pub(crate) mod errors;
pub(crate) mod home;
pub(crate) mod invitation_links;
pub(crate) mod invitations;
pub(crate) mod invite_users;
pub(crate) mod mail_templates;
pub(crate) mod members;
mod page;
mod paging;
pub(crate) mod public_keys;
pub(crate) mod register;

use schemars::{Schema, SchemaGenerator};
use shared::{
    Missing,
    domain::{Role, WorkspaceId},
};

use crate::vocabulary::{PathParameter, enumerated};

/// The id of the workspace in a route's path.
const WORKSPACE_ID: PathParameter<WorkspaceId> = PathParameter::uuid("workspaceId", Missing::Workspace);

/// The names of all roles in our own API.
const ROLES: [&str; Role::ALL.len()] = role_names();

const fn role_names() -> [&'static str; Role::ALL.len()] {
    let mut names = [""; Role::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Role::ALL[index].name();
        index += 1;
    }
    names
}

/// The schema of a role in a response.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(ROLES)
}
