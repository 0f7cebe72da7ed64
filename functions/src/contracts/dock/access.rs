//! POST /v1/workspaces/{id}/access: adds people and domains and changes roles, and removes nobody.

use serde_json::Value;
use shared::{
    Error, Usher,
    domain::{MailDomain, PersonName, Role},
    operations::{InviteRow, InviteeOptions, SetAccess},
};

use super::{address, message, role, session::metered, shapes, workspace, workspaces};
use crate::{
    incoming::{Fields, Incoming, bad_field, parsed},
    routes::Answer,
};

pub(crate) async fn set(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = workspaces::properties(incoming)?;
        let mut body = incoming.json()?;
        let (people, domains, message) = (people(&mut body)?, domains(&mut body)?, message(&body)?);
        let place = workspace(usher, &session.caller, incoming.parameter("id")).await?;
        let (seen_as, listed) = (shapes::seen_as, workspaces::lists_people(&chosen));
        let access = SetAccess { workspace: place.id, people, domains, message, listed, seen_as };
        let people = usher.set_access(&session.caller, access).await?;
        workspaces::one(usher, &session, &place, people, &chosen).await
    })
    .await
}

/// `workspaceUsers[]` of {role, user}, if it is there. Colleagues are told of being added unless `notifyPeople` is false.
pub(super) fn people(body: &mut Fields) -> Result<Vec<InviteRow>, Error> {
    let quiet = body.flag("notifyPeople").map_err(bad_field)? == Some(false);
    let person = |row: Value| {
        let mut row = Fields::of_row(row).map_err(bad_field)?;
        let role = role(&row)?;
        let user = row.take("user").ok_or_else(|| bad_field("\"user\" is required.".to_owned()))?;
        let user = Fields::of_row(user).map_err(bad_field)?;
        let [name, first, last] = ["name", "firstName", "lastName"].map(|field| called(&user, field));
        Ok(InviteRow {
            name: first?.or(name?),
            last_name: last?,
            personal: InviteeOptions { quiet, ..InviteeOptions::default() },
            ..InviteRow::new(address(&user)?, role)
        })
    };
    rows(body, "workspaceUsers", person)
}

fn called(user: &Fields, field: &str) -> Result<Option<PersonName>, Error> {
    let name = user.text(field).map_err(bad_field)?.filter(|name| !name.is_empty());
    name.map(|name| parsed(field, PersonName::parse(name))).transpose()
}

/// `workspaceDomains[]` of {role, domain}, if it is there.
fn domains(body: &mut Fields) -> Result<Vec<(MailDomain, Role)>, Error> {
    let domain = |row: Value| {
        let row = Fields::of_row(row).map_err(bad_field)?;
        let domain = parsed("domain", MailDomain::parse(row.required("domain").map_err(bad_field)?))?;
        Ok((domain, role(&row)?))
    };
    rows(body, "workspaceDomains", domain)
}

fn rows<T>(body: &mut Fields, name: &str, read: impl Fn(Value) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    if !body.has(name) {
        return Ok(Vec::new());
    }
    body.take_list(name).map_err(bad_field)?.into_iter().map(read).collect()
}

pub(crate) mod describe {
    use super::workspaces::One;
    use crate::{
        contracts::dock::{
            describe::role,
            properties::{Data, describe::properties},
            shapes,
        },
        openapi::{
            Description, Field, Refusal, Shape, address, describe, flag, list, object, optional, required, text,
        },
    };

    /// `workspaceUsers`.
    pub(crate) fn people() -> Shape {
        let name = || text("Until they say so themselves.").length(0..=80);
        let user = object([
            required("email", address("Whom to invite.")),
            optional("firstName", name().example("John")),
            optional("lastName", name().example("Doe")),
            optional("name", name().example("John Doe")),
        ]);
        list("People and their roles.", object([required("role", role()), required("user", user)]))
    }

    /// `notifyPeople`.
    pub(crate) fn notify() -> Field {
        let told = "Whether colleagues are told of being added. Others are invited by mail in any case.";
        optional("notifyPeople", flag(told))
    }

    pub(crate) fn set() -> Description {
        let domain = text("Whoever proves an address of it joins.").example("domain.example");
        let domains = list("Domains and their roles.", object([required("role", role()), required("domain", domain)]));
        describe("Adds people and domains to a workspace and changes roles; it removes nobody.")
            .query([properties(shapes::WORKSPACE)])
            .takes(object([
                optional("workspaceUsers", people()),
                optional("workspaceDomains", domains),
                optional("message", text("What is written to all of them.").length(0..=2000)),
                notify(),
            ]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
