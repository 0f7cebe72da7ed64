//! /api/v1/workspaces/{workspaceId}/invitations and /api/v1/company/invitations: list, get, revoke, resend.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};
use shared::{
    Error, Missing, Usher,
    domain::{DeliveryState, GroupId, InvitationStatus, Metadata, PersonId, Role, UserId, WorkspaceId},
    operations::{Invitation, InvitationFilter, InviteTo},
};
use uuid::Uuid;

use super::{no_content, paging, role_schema, workspace};
use crate::{contracts::ok, incoming::Incoming, openapi::enumerated, routes::Answer};

const STATUSES: [&str; 5] = ["PENDING", "ACCEPTED", "DECLINED", "REVOKED", "EXPIRED"];
const DELIVERIES: [&str; 7] = ["QUEUED", "SENT", "DELIVERED", "BOUNCED", "COMPLAINED", "SUPPRESSED", "FAILED"];

fn status_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(STATUSES)
}

fn delivery_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(DELIVERIES)
}

/// An invitation, as its managers see it; without a workspace it is to the whole company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Invitation")]
struct Item {
    #[schemars(with = "String")]
    id: PersonId,
    #[schemars(with = "Option<Uuid>")]
    workspace_id: Option<WorkspaceId>,
    email: String,
    #[schemars(schema_with = "role_schema")]
    role: Role,
    #[schemars(with = "Vec<Uuid>")]
    groups: Vec<GroupId>,
    #[schemars(schema_with = "status_schema")]
    status: InvitationStatus,
    delivery: Option<Delivery>,
    invited_by: InvitedBy,
    metadata: Option<Map<String, Value>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    accepted_at: Option<Timestamp>,
    resent_count: u32,
}

/// How far its mail has come.
#[derive(Serialize, JsonSchema)]
struct Delivery {
    #[schemars(schema_with = "delivery_schema")]
    state: DeliveryState,
    at: Option<Timestamp>,
    detail: Option<String>,
}

/// Who invited.
#[derive(Serialize, JsonSchema)]
struct InvitedBy {
    #[schemars(with = "Uuid")]
    id: UserId,
    name: Option<String>,
}

impl From<Invitation> for Item {
    fn from(Invitation { workspace, person, status, inviter_name }: Invitation) -> Self {
        let (at, detail) = (person.delivery_at, person.delivery_detail.clone());
        let delivery = person.delivery.map(|state| Delivery { state, at, detail });
        Self {
            workspace_id: workspace,
            email: person.address.as_typed().to_owned(),
            role: person.role,
            groups: person.groups.iter().map(|group| group.id).collect(),
            status,
            delivery,
            invited_by: InvitedBy { id: person.inviter, name: inviter_name },
            metadata: person.metadata.as_ref().map(Metadata::object),
            created_at: person.created_at,
            expires_at: person.expires_at,
            accepted_at: person.accepted_at,
            resent_count: person.resent_count(),
            id: person.person_id,
        }
    }
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let filter = InvitationFilter {
        status: paging::word(incoming, "status", &STATUSES)?,
        delivery: paging::word(incoming, "delivery", &DELIVERIES)?,
        address: paging::text(incoming, "email")?.unwrap_or_default().to_lowercase(),
    };
    let page = usher.list_invitations(&caller, to(incoming)?, &filter, &paging::wish(incoming)?).await?;
    Ok(paging::page(page, Item::from))
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let invitation = usher.get_invitation(&caller, to(incoming)?, &id(incoming)?).await?;
    Ok(ok(&Item::from(invitation)))
}

pub(crate) async fn revoke(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.revoke_invitation(&caller, to(incoming)?, &id(incoming)?).await?;
    Ok(no_content())
}

pub(crate) async fn resend(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let invitation = usher.resend_invitation(&caller, to(incoming)?, &id(incoming)?).await?;
    Ok(ok(&Item::from(invitation)))
}

/// The workspace that the path names; the company where it names none.
fn to(incoming: &Incoming) -> Result<InviteTo, Error> {
    match incoming.parameter("workspaceId") {
        "" => Ok(InviteTo::Company),
        _ => workspace(incoming).map(InviteTo::Workspace),
    }
}

fn id(incoming: &Incoming) -> Result<PersonId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Invitation))
}

pub(crate) mod describe {
    use super::{DELIVERIES, Item, STATUSES, paging};
    use crate::openapi::{Description, Refusal, describe, optional, text, words};

    pub(crate) fn list() -> Description {
        paging::describe_list::<Item>("Invitations, by address.").query([
            optional("status", words("", STATUSES)),
            optional("delivery", words("", DELIVERIES)),
            optional("email", text("What the address begins with.").example("ada@")),
        ])
    }

    pub(crate) fn get() -> Description {
        describe("One invitation.").answers::<Item>().refuses([Refusal::Forbidden])
    }

    pub(crate) fn resend() -> Description {
        describe("Mails an invitation anew, with a new link: those before it are dead.").answers::<Item>().refuses([
            Refusal::Forbidden,
            Refusal::Conflict,
            Refusal::Suppressed,
            Refusal::TooMany,
        ])
    }

    pub(crate) fn revoke() -> Description {
        describe("Takes an invitation back.").answers_nothing(204).refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
