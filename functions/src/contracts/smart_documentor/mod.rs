//! SmartDocumentor's contract: section 3 of `docs/compatibility.md` says what is documented and what is our choice.

pub(crate) mod errors;
pub(crate) mod invite_users;
pub(crate) mod roles;
pub(crate) mod token;
pub(crate) mod users;
pub(crate) mod workspaces;

use schemars::{Schema, SchemaGenerator};
use shared::{Error, Missing, domain::Role};

use super::{bare_array, empty, ok};
use crate::openapi;

/// A role that the vendor has a word for.
struct Word {
    role: Role,
    name: &'static str,
}

/// SmartDocumentor's words, from the highest role to the lowest.
const WORDS: [Word; 5] = [
    Word { role: Role::Admin, name: "Administrator" },
    Word { role: Role::Manager, name: "Manager" },
    Word { role: Role::Creator, name: "Creator" },
    Word { role: Role::Reviewer, name: "Reviewer" },
    Word { role: Role::Viewer, name: "Viewer" },
];

/// The word for a role: the nearest lower one where it has none.
fn role_word(role: Role) -> &'static str {
    WORDS.iter().find(|word| role.may_grant(word.role)).map_or("Viewer", |word| word.name)
}

/// The words for a role, in an answer.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    openapi::enumerated(WORDS.map(|word| word.name))
}

/// The role of a word.
fn role_of(name: &str) -> Option<Role> {
    WORDS.iter().find(|word| word.name == name).map(|word| word.role)
}

/// The integer id that a path has; any other form is as unknown as an unknown id.
fn workspace_number(text: &str) -> Result<u32, Error> {
    let number = text.parse().ok().filter(|number: &u32| number.to_string() == text);
    number.ok_or(Error::NotFound(Missing::Workspace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_without_a_word_is_shown_as_the_nearest_lower_one() {
        let shown: Vec<_> = Role::ALL.into_iter().map(role_word).collect();
        let expected = ["Administrator", "Manager", "Creator", "Reviewer", "Reviewer", "Viewer", "Viewer", "Viewer"];
        assert_eq!(shown, expected);
        for word in WORDS {
            assert_eq!(role_of(word.name), Some(word.role));
        }
        assert_eq!(role_of("administrator"), None);
    }

    #[test]
    fn only_a_plain_number_is_an_id() {
        assert_eq!(workspace_number("17").unwrap(), 17);
        for text in ["", "+17", "017", "-1", "1.0", "4294967296", "e0754cfc-f7d1-4cc3-8690-e34a2f17291d"] {
            assert!(workspace_number(text).is_err(), "{text}");
        }
    }
}
