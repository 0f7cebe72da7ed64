//! /api/v1/workspaces/{workspaceId}/invitations and /api/v1/company/invitations: list, get, revoke, resend.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::{
    Error, Missing, Usher,
    domain::{DeliveryState, GroupId, InvitationStatus, Metadata, PersonId, Role, UserId, WorkspaceId},
    operations::{Invitation, InvitationFilter, InviteTo},
};

use super::{no_content, paging, workspace};
use crate::{contracts::ok, incoming::Incoming, routes::Answer};

const STATUSES: &str = "PENDING, ACCEPTED, DECLINED, REVOKED or EXPIRED";
const DELIVERIES: &str = "QUEUED, SENT, DELIVERED, BOUNCED, COMPLAINED, SUPPRESSED or FAILED";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: PersonId,
    workspace_id: Option<WorkspaceId>,
    email: String,
    role: Role,
    groups: Vec<GroupId>,
    status: InvitationStatus,
    delivery: Option<Delivery>,
    invited_by: InvitedBy,
    metadata: Option<Map<String, Value>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    accepted_at: Option<Timestamp>,
    resent_count: u32,
}

#[derive(Serialize)]
struct Delivery {
    state: DeliveryState,
    at: Option<Timestamp>,
    detail: Option<String>,
}

#[derive(Serialize)]
struct InvitedBy {
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
        status: paging::word(incoming, "status", STATUSES)?,
        delivery: paging::word(incoming, "delivery", DELIVERIES)?,
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
