//! /api/v1/workspaces/{workspaceId}/members: list, change the role, remove or leave.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{GroupId, Person, Role, UserId},
    operations::MemberFilter,
};
use uuid::Uuid;

use super::{ROLES, no_content, paging, role_schema, workspace};
use crate::{
    contracts::ok,
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// A member.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Member")]
struct Item {
    #[schemars(with = "Uuid")]
    user_id: UserId,
    email: String,
    name: Option<String>,
    #[schemars(schema_with = "role_schema")]
    role: Role,
    #[schemars(with = "Vec<Uuid>")]
    groups: Vec<GroupId>,
    joined_at: Timestamp,
}

impl From<Person> for Item {
    fn from(person: Person) -> Self {
        Self {
            user_id: person.user,
            email: person.address.as_typed().to_owned(),
            name: person.full_name(),
            role: person.role,
            groups: person.groups.iter().map(|group| group.id).collect(),
            joined_at: person.joined_at(),
        }
    }
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let filter = MemberFilter { role: paging::word(incoming, "role", &ROLES)?, text: paging::text(incoming, "q")? };
    let page = usher.page_members(&caller, workspace(incoming)?, &filter, &paging::wish(incoming)?).await?;
    Ok(paging::page(page, Item::from))
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let (place, member) = (workspace(incoming)?, user(incoming)?);
    let body = incoming.json()?;
    let role = body.required("role").map_err(bad_field)?.parse();
    let role = role.map_err(|_| bad_field(format!("\"role\" must be {}.", paging::one_of(&ROLES))))?;
    let member = usher.change_user(&caller, place, member, role).await?;
    Ok(ok(&Item::from(member)))
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.remove_user(&caller, workspace(incoming)?, user(incoming)?).await?;
    Ok(no_content())
}

fn user(incoming: &Incoming) -> Result<UserId, Error> {
    incoming.parameter("userId").parse().map_err(|_| Error::NotFound(Missing::Person))
}

pub(crate) mod describe {
    use super::{Item, ROLES, paging};
    use crate::openapi::{Description, Refusal, describe, object, optional, required, text, words};

    pub(crate) fn list() -> Description {
        let name = text("A part of the name or the address.").example("ada");
        paging::describe_list::<Item>("A workspace's members.")
            .query([optional("role", words("", ROLES)), optional("q", name)])
    }

    pub(crate) fn change() -> Description {
        describe("Gives a member another role.")
            .takes(object([required("role", words("", ROLES).example("EDITOR"))]))
            .answers::<Item>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a member; whoever names themselves leaves.")
            .answers_nothing(204)
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
