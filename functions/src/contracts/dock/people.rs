//! The people in the body of a request that gives people access to a workspace.

use shared::{
    domain::{EmailAddress, PersonName, Role},
    operations::{InviteRow, InviteeOptions},
};

use super::role;
use crate::vocabulary::{Field, Format, address, fields, flag, list, object, optional, or_default, required, text};

fields! {
    /// A person in a request, and the role that the person gets.
    pub(super) struct PersonEntry {
        role: Role = required("role", role()),
        user: PersonBody = required("user", object::<PersonBody>()),
    }
}

fields! {
    /// A person in a request. The service shows a person under the names in the request until the person chooses other
    /// names.
    struct PersonBody {
        first_name: Option<PersonName> = or_default("firstName", name("John")),
        name: Option<PersonName> = or_default("name", name("John Doe")),
        last_name: Option<PersonName> = or_default("lastName", name("Doe")),
        email: EmailAddress = required("email", address("The address to invite.")),
    }
}

fn name(example: &'static str) -> Format<Option<PersonName>> {
    text("The name that is shown until the person chooses one.")
        .length(0..=80)
        .example(example)
        .parse_unless_empty(PersonName::parse)
}

/// The request's field `workspaceUsers`: people and their roles.
pub(super) fn workspace_users() -> Field<Vec<PersonEntry>> {
    or_default("workspaceUsers", list("People and their roles.", object::<PersonEntry>()))
}

/// The request's field `notifyPeople`: whether colleagues are mailed when they become members.
pub(super) fn notify_people() -> Field<Option<bool>> {
    let about = "Whether colleagues get a mail when they are added. Other people are invited by mail in any case.";
    optional("notifyPeople", flag(about))
}

/// The rows of the inviting request for the given people. Colleagues, who become members at once, get a mail unless
/// `notifyPeople` is false.
pub(super) fn invite_rows(people: Vec<PersonEntry>, notify: Option<bool>) -> Vec<InviteRow> {
    let row = |PersonEntry { role, user }: PersonEntry| InviteRow {
        name: user.first_name.or(user.name),
        last_name: user.last_name,
        options: InviteeOptions { quiet: notify == Some(false), ..InviteeOptions::default() },
        ..InviteRow::new(user.email, role)
    };
    people.into_iter().map(row).collect()
}
