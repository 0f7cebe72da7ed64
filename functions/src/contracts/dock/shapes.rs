//! Dock's objects. What of a person isn't known, and the avatar, which this service doesn't have, is null.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use shared::{
    Usher,
    domain::{Company, DomainRule, Person, Role, Workspace, person_id},
};

use super::properties::{Kept, Properties, kept};
use crate::openapi;

/// A person of the company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: &'a str,
    updated_at: String,
    created_at: String,
    object: &'static str,
    url: String,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    avatar: Option<&'a str>,
    email: &'a str,
    name: Option<String>,
}

/// Somebody in a workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkspaceUser {
    id: String,
    updated_at: String,
    created_at: String,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    #[schemars(with = "KeptUser")]
    user: Kept,
}

/// A domain whose people join a workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkspaceDomain<'a> {
    id: String,
    updated_at: String,
    created_at: String,
    object: &'static str,
    domain: &'a str,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    workspace_id: String,
}

/// A workspace, with those of its lists that are asked for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkspaceBody<'a> {
    id: &'a str,
    updated_at: String,
    created_at: String,
    object: &'static str,
    url: String,
    name: &'a str,
    published: bool,
    #[schemars(with = "Option<Vec<KeptWorkspaceUser>>")]
    workspace_users: Option<Vec<Kept>>,
    #[schemars(with = "Option<Vec<KeptWorkspaceDomain>>")]
    workspace_domains: Option<Vec<Kept>>,
}

/// What of a thing is always answered, and the schema of the thing as it is answered.
macro_rules! kept {
    ($($name:ident = $of:ident as $word:literal, $always:ident: $fields:expr;)+) => {$(
        const $always: &[&str] = &$fields;

        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $word.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                kept::<$of>(generator, $always)
            }
        }
    )+};
}

kept! {
    KeptUser = User as "User", OF_USER: ["id", "object", "url"];
    KeptWorkspaceUser = WorkspaceUser as "WorkspaceUser", OF_WORKSPACE_USER: ["id", "user"];
    KeptWorkspaceDomain = WorkspaceDomain as "WorkspaceDomain", OF_WORKSPACE_DOMAIN: ["id", "object"];
    KeptWorkspace = WorkspaceBody as "Workspace", OF_WORKSPACE: ["id", "object", "url"];
}

/// What of a user may be asked for.
pub(super) const USER: &[&str] = &["createdAt", "updatedAt", "firstName", "lastName", "avatar", "email", "name"];

/// What of a workspace user may be asked for.
pub(super) const WORKSPACE_USER: &[&str] = &[
    "role",
    "createdAt",
    "updatedAt",
    "user.createdAt",
    "user.updatedAt",
    "user.firstName",
    "user.lastName",
    "user.avatar",
    "user.email",
    "user.name",
];

/// What of a workspace may be asked for.
pub(super) const WORKSPACE: &[&str] =
    &["name", "published", "createdAt", "updatedAt", "workspaceUsers", "workspaceDomains"];

/// What of a workspace's domain may be asked for.
pub(super) const WORKSPACE_DOMAIN: &[&str] = &["domain", "role", "workspaceId", "createdAt", "updatedAt"];

/// Dock's word for a role: the nearest lower one where it has none.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "owner",
        Role::Manager | Role::Creator | Role::Editor => "editor",
        Role::Reviewer | Role::Collaborator => "collaborator",
        Role::Commenter => "commenter",
        Role::Viewer => "viewer",
    }
}

/// The role that a client of Dock's takes a role for.
pub(super) fn seen_as(role: Role) -> Role {
    role_of(role_word(role)).unwrap_or(role)
}

/// The words for a role, in an answer.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    openapi::enumerated(Role::ALL.map(role_word))
}

/// The role of a word of Dock's.
pub(super) fn role_of(word: &str) -> Option<Role> {
    match word {
        "owner" => Some(Role::Admin),
        "editor" => Some(Role::Editor),
        "collaborator" => Some(Role::Collaborator),
        "commenter" => Some(Role::Commenter),
        "viewer" => Some(Role::Viewer),
        _ => None,
    }
}

/// Always with milliseconds.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn url(usher: &Usher, kind: &str, id: &str) -> String {
    format!("{}/v1/{kind}/{id}", usher.parameters.app_url)
}

/// The id of a person in the company: the same in all its workspaces, and not to be derived by a stranger.
pub(super) fn user_id(company: &Company, person: &Person) -> String {
    person_id(&company.salt, &person.identifier()).to_string()
}

pub(super) fn user(usher: &Usher, company: &Company, person: &Person, chosen: &Properties, prefix: &str) -> Kept {
    let id = user_id(company, person);
    let (first, last) = (person.first_name.as_ref(), person.last_name.as_ref());
    let names: Vec<_> = [first, last].into_iter().flatten().map(AsRef::as_ref).collect();
    let body = User {
        id: &id,
        updated_at: time(person.updated_at),
        created_at: time(person.created_at),
        object: "user",
        url: url(usher, "users", &id),
        first_name: first.map(AsRef::as_ref),
        last_name: last.map(AsRef::as_ref),
        avatar: None,
        email: person.address.as_typed(),
        name: (!names.is_empty()).then(|| names.join(" ")),
    };
    chosen.keep(&body, prefix, OF_USER)
}

pub(super) fn workspace_user(usher: &Usher, company: &Company, person: &Person, chosen: &Properties) -> Kept {
    let workspace_user = WorkspaceUser {
        id: person.person_id.to_string(),
        updated_at: time(person.updated_at),
        created_at: time(person.created_at),
        role: role_word(person.role),
        user: user(usher, company, person, chosen, "user."),
    };
    chosen.keep(&workspace_user, "", OF_WORKSPACE_USER)
}

pub(super) fn domain(workspace: &Workspace, rule: &DomainRule, chosen: &Properties) -> Kept {
    let domain = WorkspaceDomain {
        id: rule.id.to_string(),
        updated_at: time(rule.updated_at),
        created_at: time(rule.created_at),
        object: "workspaceDomain",
        domain: rule.domain.as_ref(),
        role: role_word(rule.role),
        workspace_id: workspace.short_id.to_string(),
    };
    chosen.keep(&domain, "", OF_WORKSPACE_DOMAIN)
}

/// A workspace with its lists, which are those that are asked for.
pub(super) fn workspace(
    usher: &Usher,
    workspace: &Workspace,
    workspace_users: Option<Vec<Kept>>,
    workspace_domains: Option<Vec<Kept>>,
    chosen: &Properties,
) -> Kept {
    let id = workspace.short_id.to_string();
    let body = WorkspaceBody {
        id: &id,
        updated_at: time(workspace.updated_at),
        created_at: time(workspace.created_at),
        object: "workspace",
        url: url(usher, "workspaces", &id),
        name: workspace.name.as_ref(),
        published: workspace.published,
        workspace_users,
        workspace_domains,
    };
    chosen.keep(&body, "", OF_WORKSPACE)
}
