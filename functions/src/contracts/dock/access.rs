//! POST /v1/workspaces/{id}/access: adds people and domains, and changes roles. It removes nobody.

use shared::{
    Usher,
    domain::{EmailAddress, MailDomain, Message, PersonName, Role},
    operations::{InviteRow, InviteeOptions, NewAccess},
};

use super::{
    WORKSPACE_ID, mail_domain,
    metered::metered,
    objects,
    properties::{PropertySelection, describe_properties},
    role,
    workspaces::{lists, one_workspace},
};
use crate::vocabulary::{
    Field, Format, HandlerResult, Incoming, address, fields, flag, list, message, object, optional, or_default,
    required, text,
};

fields! {
    /// Who is to have access.
    struct AccessBody {
        notify: Option<bool> = notify_people(),
        people: Vec<PersonEntry> = workspace_users(),
        domains: Vec<DomainEntry> =
            or_default("workspaceDomains", list("Domains and their roles.", object::<DomainEntry>())),
        message: Option<Message> = or_default("message", message("What is written to all of them.")),
    }
}

fields! {
    /// A person and their role.
    pub(super) struct PersonEntry {
        role: Role = required("role", role()),
        user: PersonBody = required("user", object::<PersonBody>()),
    }
}

fields! {
    /// A person. Their names are used until they choose their own.
    struct PersonBody {
        first_name: Option<PersonName> = or_default("firstName", name("John")),
        name: Option<PersonName> = or_default("name", name("John Doe")),
        last_name: Option<PersonName> = or_default("lastName", name("Doe")),
        email: EmailAddress = required("email", address("Whom to invite.")),
    }
}

fields! {
    /// A mail domain and the role of its people.
    struct DomainEntry {
        domain: MailDomain = required("domain", mail_domain("Whoever proves an address of it joins.")),
        role: Role = required("role", role()),
    }
}

fn name(example: &'static str) -> Format<Option<PersonName>> {
    text("Until they say so themselves.").length(0..=80).example(example).parse_unless_empty(PersonName::parse)
}

/// `workspaceUsers`.
pub(super) fn workspace_users() -> Field<Vec<PersonEntry>> {
    or_default("workspaceUsers", list("People and their roles.", object::<PersonEntry>()))
}

/// `notifyPeople`.
pub(super) fn notify_people() -> Field<Option<bool>> {
    let about = "Whether colleagues are told of being added. Others are invited by mail in any case.";
    optional("notifyPeople", flag(about))
}

/// The rows for these people. Colleagues who become members at once get a mail, unless `notifyPeople` is false.
pub(super) fn invite_rows(people: Vec<PersonEntry>, notify: Option<bool>) -> Vec<InviteRow> {
    let row = |PersonEntry { role, user }: PersonEntry| InviteRow {
        name: user.first_name.or(user.name),
        last_name: user.last_name,
        personal: InviteeOptions { quiet: notify == Some(false), ..InviteeOptions::default() },
        ..InviteRow::new(user.email, role)
    };
    people.into_iter().map(row).collect()
}

pub(crate) async fn set(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = PropertySelection::of(incoming, objects::WORKSPACE)?;
        let AccessBody { notify, people, domains, message } = incoming.body()?;
        let access = NewAccess {
            workspace: WORKSPACE_ID.read(incoming)?,
            people: invite_rows(people, notify),
            domains: domains.into_iter().map(|DomainEntry { domain, role }| (domain, role)).collect(),
            message,
            shown_as: objects::shown_as,
        };
        let workspace = usher.set_access_with_lists(&session.caller, access, lists(&selection)).await?;
        one_workspace(usher, &session, &workspace, &selection)
    })
    .await
}

pub(crate) mod describe {
    use super::{AccessBody, WORKSPACE_ID, describe_properties, objects};
    use crate::{
        contracts::dock::{properties::Data, workspaces::OneWorkspace},
        vocabulary::{Description, Refusal},
    };

    pub(crate) fn set() -> Description {
        let summary = "Adds people and domains to a workspace and changes roles; it removes nobody.";
        describe_properties(summary, objects::WORKSPACE)
            .path(&WORKSPACE_ID)
            .body::<AccessBody>()
            .answers::<Data<OneWorkspace>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
