//! Dock's objects. What of a person isn't known, and the avatar, which this service doesn't have, is null.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    Usher,
    domain::{Person, Role},
    store::{Company, DomainRule, Workspace, person_id},
};

use super::properties::Properties;

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

pub(super) fn user(usher: &Usher, company: &Company, person: &Person, chosen: &Properties, prefix: &str) -> Value {
    let id = user_id(company, person);
    let (first, last) = (person.first_name.as_ref(), person.last_name.as_ref());
    let names: Vec<_> = [first, last].into_iter().flatten().map(AsRef::as_ref).collect();
    let body = json!({
        "id": id,
        "updatedAt": time(person.updated_at),
        "createdAt": time(person.created_at),
        "object": "user",
        "url": url(usher, "users", &id),
        "firstName": first,
        "lastName": last,
        "avatar": null,
        "email": person.address.as_typed(),
        "name": (!names.is_empty()).then(|| names.join(" ")),
    });
    chosen.keep(body, prefix, &["id", "object", "url"])
}

pub(super) fn workspace_user(usher: &Usher, company: &Company, person: &Person, chosen: &Properties) -> Value {
    let workspace_user = json!({
        "id": person.person_id,
        "updatedAt": time(person.updated_at),
        "createdAt": time(person.created_at),
        "role": role_word(person.role),
        "user": user(usher, company, person, chosen, "user."),
    });
    chosen.keep(workspace_user, "", &["id", "user"])
}

pub(super) fn domain(workspace: &Workspace, rule: &DomainRule, chosen: &Properties) -> Value {
    let domain = json!({
        "id": rule.id,
        "updatedAt": time(rule.updated_at),
        "createdAt": time(rule.created_at),
        "object": "workspaceDomain",
        "domain": rule.domain,
        "role": role_word(rule.role),
        "workspaceId": workspace.short_id,
    });
    chosen.keep(domain, "", &["id", "object"])
}

/// A workspace without its lists.
pub(super) fn workspace(usher: &Usher, workspace: &Workspace, chosen: &Properties) -> Value {
    let body = json!({
        "id": workspace.short_id,
        "updatedAt": time(workspace.updated_at),
        "createdAt": time(workspace.created_at),
        "object": "workspace",
        "url": url(usher, "workspaces", &workspace.short_id.to_string()),
        "name": workspace.name,
        "published": workspace.published,
    });
    chosen.keep(body, "", &["id", "object", "url"])
}
