//! DataGOL's contract: section 1 of `docs/compatibility.md` says what DataGOL documents and what we chose.

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
    Missing,
    domain::{Role, WorkspaceId},
};

use crate::vocabulary::{PathParameter, enumerated};

/// The id of the workspace in a route's path.
const WORKSPACE_ID: PathParameter<WorkspaceId> = PathParameter::uuid("workspaceId", Missing::Workspace);

/// DataGOL's name of a role. A role that DataGOL doesn't have is shown as DataGOL's nearest lower role.
fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "ADMIN",
        Role::Manager | Role::Creator => "CREATOR",
        Role::Editor => "EDITOR",
        Role::Reviewer | Role::Collaborator | Role::Commenter | Role::Viewer => "VIEWER",
    }
}

/// The role that has the given name in DataGOL's contract.
fn role_of(name: &str) -> Option<Role> {
    match name {
        "ADMIN" => Some(Role::Admin),
        "CREATOR" => Some(Role::Creator),
        "EDITOR" => Some(Role::Editor),
        "VIEWER" => Some(Role::Viewer),
        _ => None,
    }
}

/// The schema of a workspace role in a response.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(Role::ALL.map(role_name))
}

/// The name that a role in the company has in DataGOL's contract.
fn company_role_name(role: Role) -> &'static str {
    if role == Role::Admin { "ADMIN" } else { "USER" }
}

/// The body of a response that is only a sentence for people.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Said")]
struct MessageBody {
    message: &'static str,
}

/// The body of a response that has an access token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
struct TokenBody<'a> {
    token: &'a str,
}
