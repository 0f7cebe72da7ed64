//! Dock's contract: section 2 of `docs/compatibility.md` says what Dock documents and what we chose.

pub(crate) mod access;
pub(crate) mod domains;
pub(crate) mod errors;
mod metered;
mod objects;
mod people;
mod properties;
pub(crate) mod users;
mod workspace_response;
pub(crate) mod workspace_users;
pub(crate) mod workspaces;

use schemars::JsonSchema;
use shared::{
    Error, Missing,
    domain::{MailDomain, Role, ShortId},
};

use self::properties::{Data, NumberedPageQuery, PropertySelection};
use crate::vocabulary::{
    Description, Format, Incoming, PathParameter, Refusal, describe, fields, optional, text, words,
};

/// The id of the workspace in a route's path.
const WORKSPACE_ID: PathParameter<ShortId> = PathParameter::short_id("id", Missing::Workspace);

fields! {
    /// Which workspaces a list is about: all the company's workspaces, or only one workspace.
    struct WorkspaceQuery {
        workspace: Option<Option<ShortId>> =
            optional("workspaceId", text("Only of this workspace.").example("luI89ZCeEJuF").parse_if_possible()),
    }
}

/// The format of a role of Dock's contract.
fn role() -> Format<Role> {
    words("", ["editor", "owner", "collaborator", "commenter", "viewer"])
        .parse(|word| objects::role_of(word).ok_or("must be owner, editor, collaborator, viewer or commenter"))
}

/// The short id of a workspace. A text that can't be a short id counts as the id of an unknown workspace.
fn workspace_id() -> Format<Option<ShortId>> {
    text("").example("luI89ZCeEJuF").parse_if_possible()
}

fn mail_domain(about: &'static str) -> Format<MailDomain> {
    text(about).example("domain.example").parse(MailDomain::parse)
}

fn known_workspace(id: Option<ShortId>) -> Result<ShortId, Error> {
    id.ok_or(Error::NotFound(Missing::Workspace))
}

/// The workspace that the query names. The result is `None` if the query names no workspace.
fn queried_workspace(incoming: &Incoming) -> Result<Option<ShortId>, Error> {
    let WorkspaceQuery { workspace } = incoming.query()?;
    workspace.map(known_workspace).transpose()
}

/// The description of a route that lists people or mail domains of all the company's workspaces, or of only one
/// workspace.
fn describe_list<T: JsonSchema>(summary: &'static str, properties: &'static [&'static str]) -> Description {
    describe(summary)
        .query_parameter(PropertySelection::declared(properties))
        .query::<NumberedPageQuery>()
        .query::<WorkspaceQuery>()
        .answers::<Data<T>>()
        .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::ListTooLarge])
}
