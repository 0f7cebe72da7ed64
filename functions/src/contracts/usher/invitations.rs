//! The routes below /api/v1/workspaces/{workspaceId}/invitations and /api/v1/company/invitations: list, get, revoke and
//! resend invitations.

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

use super::{
    WORKSPACE_ID,
    paging::{self, stored_word, text_filter},
    role_schema,
};
use crate::vocabulary::{
    HandlerResult, Incoming, PathParameter, enumerated, fields, no_content, ok, one_of, optional, or_default,
};

const STATUSES: [&str; 5] = ["PENDING", "ACCEPTED", "DECLINED", "REVOKED", "EXPIRED"];
const DELIVERY_STATES: [&str; 7] = ["QUEUED", "SENT", "DELIVERED", "BOUNCED", "COMPLAINED", "SUPPRESSED", "FAILED"];

/// The id of the invitation in a route's path.
const INVITATION_ID: PathParameter<PersonId> = PathParameter::short_id("id", Missing::Invitation);

fields! {
    /// The query of a list of invitations: which invitations the list has.
    struct InvitationQuery {
        status: Option<InvitationStatus> = optional("status", one_of("", STATUSES, stored_word)),
        delivery: Option<DeliveryState> = optional("delivery", one_of("", DELIVERY_STATES, stored_word)),
        email: Option<String> = or_default("email", text_filter("The beginning of the address.", "ada@")),
    }
}

fn status_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(STATUSES)
}

fn delivery_schema(_: &mut SchemaGenerator) -> Schema {
    enumerated(DELIVERY_STATES)
}

/// An invitation as the managers of invitations see it. An invitation that names no workspace is an invitation to the
/// whole company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Invitation")]
struct InvitationItem {
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
    delivery: Option<DeliveryBody>,
    invited_by: InvitedBy,
    metadata: Option<Map<String, Value>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    accepted_at: Option<Timestamp>,
    resent_count: u32,
}

/// The delivery state of the invitation's mail.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
struct DeliveryBody {
    #[schemars(schema_with = "delivery_schema")]
    state: DeliveryState,
    at: Option<Timestamp>,
    detail: Option<String>,
}

/// The user who sent the invitation.
#[derive(Serialize, JsonSchema)]
struct InvitedBy {
    #[schemars(with = "Uuid")]
    id: UserId,
    name: Option<String>,
}

impl From<Invitation> for InvitationItem {
    fn from(Invitation { workspace, person, status, inviter_name }: Invitation) -> Self {
        let (at, detail) = (person.delivery_at, person.delivery_detail.clone());
        let delivery = person.delivery.map(|state| DeliveryBody { state, at, detail });
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

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let InvitationQuery { status, delivery, email } = incoming.query()?;
    let filter = InvitationFilter { status, delivery, address: email.unwrap_or_default().to_lowercase() };
    let page = usher.list_invitations(&caller, target(incoming)?, &filter, &paging::page_request(incoming)?).await?;
    Ok(paging::items_page(page, InvitationItem::from))
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let invitation = usher.get_invitation(&caller, target(incoming)?, &INVITATION_ID.read(incoming)?).await?;
    Ok(ok(&InvitationItem::from(invitation)))
}

pub(crate) async fn revoke(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.revoke_invitation(&caller, target(incoming)?, &INVITATION_ID.read(incoming)?).await?;
    Ok(no_content())
}

pub(crate) async fn resend(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let invitation = usher.resend_invitation(&caller, target(incoming)?, &INVITATION_ID.read(incoming)?).await?;
    Ok(ok(&InvitationItem::from(invitation)))
}

/// The workspace in the route's path. If the path of a route has no workspace, the route is about the invitations to
/// the whole company.
fn target(incoming: &Incoming) -> Result<InviteTo, Error> {
    match incoming.path_parameter(WORKSPACE_ID.name) {
        "" => Ok(InviteTo::Company),
        _ => WORKSPACE_ID.read(incoming).map(InviteTo::Workspace),
    }
}

pub(crate) mod describe {
    use super::{INVITATION_ID, InvitationItem, InvitationQuery, WORKSPACE_ID, paging};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn list() -> Description {
        paging::describe_list::<InvitationItem>("Invitations, by address.")
            .path(&WORKSPACE_ID)
            .query::<InvitationQuery>()
    }

    pub(crate) fn get() -> Description {
        describe_one("One invitation.").answers::<InvitationItem>()
    }

    pub(crate) fn resend() -> Description {
        describe_one("Mails an invitation again, with a new link. Older links are dead.")
            .answers::<InvitationItem>()
            .refuses([Refusal::Conflict, Refusal::Suppressed, Refusal::TooMany])
    }

    pub(crate) fn revoke() -> Description {
        describe_one("Revokes an invitation.").answers_nothing(204).refuses([Refusal::Conflict])
    }

    fn describe_one(summary: &'static str) -> Description {
        describe(summary).path(&WORKSPACE_ID).path(&INVITATION_ID).refuses([Refusal::Forbidden])
    }
}
