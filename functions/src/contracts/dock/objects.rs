//! Dock's objects in responses. A person's first, last or full name is null if the service doesn't know the name. A
//! person's avatar is always null, because Usher has no avatars (pictures of people).

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use shared::{
    Usher,
    domain::{Company, DomainRule, Person, Role, Workspace, person_id},
};

use super::properties::{PropertySelection, SelectedJson, selected_schema};
use crate::vocabulary::enumerated;

/// A user of the company, or a person who is invited to the company or one of its workspaces.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
struct DockUser<'a> {
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

/// A member of a workspace, or a person who is invited to the workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkspaceUser {
    id: String,
    updated_at: String,
    created_at: String,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    #[schemars(with = "SelectedUser")]
    user: SelectedJson,
}

/// A mail domain whose people join a workspace.
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

/// A workspace, with its lists of users and mail domains if the request selects the lists.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DockWorkspace<'a> {
    id: &'a str,
    updated_at: String,
    created_at: String,
    object: &'static str,
    url: String,
    name: &'a str,
    published: bool,
    #[schemars(with = "Option<Vec<SelectedWorkspaceUser>>")]
    workspace_users: Option<Vec<SelectedJson>>,
    #[schemars(with = "Option<Vec<SelectedWorkspaceDomain>>")]
    workspace_domains: Option<Vec<SelectedJson>>,
}

/// For each object of Dock's: the properties that the object has in every response, and the schema of the object when a
/// request selects some of its properties.
macro_rules! selected {
    ($($name:ident = $of:ident as $word:literal, $always:ident: $fields:expr;)+) => {$(
        const $always: &[&str] = &$fields;

        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $word.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                selected_schema::<$of>(generator, $always)
            }
        }
    )+};
}

selected! {
    SelectedUser = DockUser as "User", OF_USER: ["id", "object", "url"];
    SelectedWorkspaceUser = WorkspaceUser as "WorkspaceUser", OF_WORKSPACE_USER: ["id", "user"];
    SelectedWorkspaceDomain = WorkspaceDomain as "WorkspaceDomain", OF_WORKSPACE_DOMAIN: ["id", "object"];
    SelectedWorkspace = DockWorkspace as "Workspace", OF_WORKSPACE: ["id", "object", "url"];
}

/// The selectable properties of a user.
pub(super) const USER: &[&str] = &["createdAt", "updatedAt", "firstName", "lastName", "avatar", "email", "name"];

/// The selectable properties of a workspace user.
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

/// The selectable properties of a workspace.
pub(super) const WORKSPACE: &[&str] =
    &["name", "published", "createdAt", "updatedAt", "workspaceUsers", "workspaceDomains"];

/// The selectable properties of a workspace's domain.
pub(super) const WORKSPACE_DOMAIN: &[&str] = &["domain", "role", "workspaceId", "createdAt", "updatedAt"];

/// Dock's name of a role. A role that Dock doesn't have is shown as Dock's nearest lower role.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "owner",
        Role::Manager | Role::Creator | Role::Editor => "editor",
        Role::Reviewer | Role::Collaborator => "collaborator",
        Role::Commenter => "commenter",
        Role::Viewer => "viewer",
    }
}

/// The nearest role that Dock's contract has: the role that Dock's clients see in place of the given role.
pub(super) fn shown_as(role: Role) -> Role {
    role_of(role_word(role)).unwrap_or(role)
}

/// The schema of a role in a response.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(Role::ALL.map(role_word))
}

/// The role that has the given name in Dock's contract.
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

/// A time in Dock's format, which always has milliseconds.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn url(usher: &Usher, kind: &str, id: &str) -> String {
    format!("{}/v1/{kind}/{id}", usher.parameters.app_url)
}

/// The id of a person in the company. The id of a person in Dock's contract is the same in all workspaces of the
/// company, and strangers can't derive the id.
fn user_id(company: &Company, person: &Person) -> String {
    person_id(&company.salt, &person.identifier()).to_string()
}

/// A user of the company, or a person who is invited to the company or one of its workspaces.
pub(super) fn user(
    usher: &Usher,
    company: &Company,
    person: &Person,
    selection: &PropertySelection,
    prefix: &str,
) -> SelectedJson {
    let id = user_id(company, person);
    let (first, last) = (person.first_name.as_ref(), person.last_name.as_ref());
    let names: Vec<_> = [first, last].into_iter().flatten().map(AsRef::as_ref).collect();
    let body = DockUser {
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
    selection.select(&body, prefix, OF_USER)
}

/// A member of a workspace, or a person who is invited to the workspace.
pub(super) fn workspace_user(
    usher: &Usher,
    company: &Company,
    person: &Person,
    selection: &PropertySelection,
) -> SelectedJson {
    let workspace_user = WorkspaceUser {
        id: person.person_id.to_string(),
        updated_at: time(person.updated_at),
        created_at: time(person.created_at),
        role: role_word(person.role),
        user: user(usher, company, person, selection, "user."),
    };
    selection.select(&workspace_user, "", OF_WORKSPACE_USER)
}

/// A mail domain of a workspace.
pub(super) fn domain(workspace: &Workspace, rule: &DomainRule, selection: &PropertySelection) -> SelectedJson {
    let domain = WorkspaceDomain {
        id: rule.id.to_string(),
        updated_at: time(rule.updated_at),
        created_at: time(rule.created_at),
        object: "workspaceDomain",
        domain: rule.domain.as_ref(),
        role: role_word(rule.role),
        workspace_id: workspace.short_id.to_string(),
    };
    selection.select(&domain, "", OF_WORKSPACE_DOMAIN)
}

/// A workspace with the lists that the request selects.
pub(super) fn workspace(
    usher: &Usher,
    workspace: &Workspace,
    workspace_users: Option<Vec<SelectedJson>>,
    workspace_domains: Option<Vec<SelectedJson>>,
    selection: &PropertySelection,
) -> SelectedJson {
    let id = workspace.short_id.to_string();
    let body = DockWorkspace {
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
    selection.select(&body, "", OF_WORKSPACE)
}
