//! SmartDocumentor's contract: section 3 of `docs/compatibility.md` says what SmartDocumentor documents and what we chose.

pub(crate) mod errors;
pub(crate) mod invite_users;
pub(crate) mod roles;
pub(crate) mod token;
pub(crate) mod users;
pub(crate) mod workspaces;

use schemars::{Schema, SchemaGenerator};
use shared::{Missing, domain::Role};

use crate::vocabulary::{PathParameter, ValueSchema, enumerated};

/// The integer id of the workspace in a route's path.
const WORKSPACE_NUMBER: PathParameter<u32> = PathParameter {
    name: "workspaceId",
    missing: Missing::Workspace,
    schema: || ValueSchema::whole("", 0..=i64::from(i32::MAX)).example(4711),
    parse: plain_number,
};

/// A role with the name that the role has in SmartDocumentor's contract.
struct NamedRole {
    role: Role,
    name: &'static str,
}

/// The roles of SmartDocumentor's contract, from the highest to the lowest.
const ROLES: [NamedRole; 5] = [
    NamedRole { role: Role::Admin, name: "Administrator" },
    NamedRole { role: Role::Manager, name: "Manager" },
    NamedRole { role: Role::Creator, name: "Creator" },
    NamedRole { role: Role::Reviewer, name: "Reviewer" },
    NamedRole { role: Role::Viewer, name: "Viewer" },
];

/// SmartDocumentor's name of a role. A role that SmartDocumentor doesn't have is shown as SmartDocumentor's nearest
/// lower role.
fn role_name(role: Role) -> &'static str {
    ROLES.iter().find(|named| role.may_grant(named.role)).map_or("Viewer", |named| named.name)
}

/// The schema of a role in a response.
fn role_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(ROLES.map(|named| named.name))
}

/// The role that has the given name in SmartDocumentor's contract.
fn role_of(name: &str) -> Option<Role> {
    ROLES.iter().find(|named| named.name == name).map(|named| named.role)
}

/// The number that a text stands for, if the text is the number's plain form: a text such as "017" or "+17" gives
/// `None`.
fn plain_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_without_a_name_is_shown_as_the_nearest_lower_one() {
        let shown: Vec<_> = Role::ALL.into_iter().map(role_name).collect();
        let expected = ["Administrator", "Manager", "Creator", "Reviewer", "Reviewer", "Viewer", "Viewer", "Viewer"];
        assert_eq!(shown, expected);
        for named in ROLES {
            assert_eq!(role_of(named.name), Some(named.role));
        }
        assert_eq!(role_of("administrator"), None);
    }

    #[test]
    fn only_a_plain_number_is_an_id() {
        assert_eq!(plain_number("17"), Some(17));
        for text in ["", "+17", "017", "-1", "1.0", "4294967296", "e0754cfc-f7d1-4cc3-8690-e34a2f17291d"] {
            assert!(plain_number(text).is_none(), "{text}");
        }
    }
}
