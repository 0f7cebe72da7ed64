//! Dock's contract: section 2 of `docs/compatibility.md` says what is documented and what is our choice.

pub(crate) mod access;
pub(crate) mod domains;
pub(crate) mod errors;
mod properties;
mod session;
mod shapes;
pub(crate) mod users;
pub(crate) mod workspace_users;
pub(crate) mod workspaces;

use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, Message, Role, ShortId, Workspace},
    operations::Caller,
};

use crate::incoming::{Fields, bad_field, parsed};

/// A required role.
fn role(fields: &Fields) -> Result<Role, Error> {
    let word = fields.required("role").map_err(bad_field)?;
    let words = "\"role\" must be owner, editor, collaborator, viewer or commenter.";
    shapes::role_of(word).ok_or_else(|| bad_field(words.to_owned()))
}

/// A required address.
fn address(fields: &Fields) -> Result<EmailAddress, Error> {
    parsed("email", EmailAddress::parse(fields.required("email").map_err(bad_field)?))
}

fn message(fields: &Fields) -> Result<Option<Message>, Error> {
    match fields.text("message").map_err(bad_field)? {
        Some(text) => parsed("message", Message::parse(text)),
        None => Ok(None),
    }
}

/// The company's workspace of this id; one of another form isn't there either.
async fn workspace(usher: &Usher, caller: &Caller, id: &str) -> Result<Workspace, Error> {
    let id: ShortId = id.parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    usher.workspace_of_short_id(caller, &id).await
}

mod describe {
    use schemars::JsonSchema;

    use super::properties::{
        Data,
        describe::{page, properties},
    };
    use crate::openapi::{Description, Refusal, Shape, describe, optional, text, words};

    /// A list of what all the company's workspaces have of something, or one of them.
    pub(super) fn of_workspaces<T: JsonSchema>(summary: &'static str, known: &'static [&'static str]) -> Description {
        describe(summary)
            .query([properties(known)])
            .query(page())
            .query([optional("workspaceId", text("Only of this workspace.").example("luI89ZCeEJuF"))])
            .answers::<Data<T>>()
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::ListTooLarge])
    }

    /// A role.
    pub(super) fn role() -> Shape {
        words("", ["editor", "owner", "collaborator", "commenter", "viewer"])
    }
}
