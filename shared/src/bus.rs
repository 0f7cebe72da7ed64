//! EventBridge: publishes what happened to invitations and members. `docs/events.md` describes the events.

use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::{
    CompanyId, DeliveryState, DomainEvent, Person, PersonId, RecordStatus, Scope, UserId, WorkspaceId,
};

/// `PutEvents` takes at most 10 entries and 256 KB in one call. Ten domain events of Usher are far smaller than 256 KB.
const MAX_ENTRIES: usize = 10;

/// The `source` field of every event that the service publishes on EventBridge.
const SOURCE: &str = "usher";

/// An EventBridge event bus.
#[derive(Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// A domain event in the form that EventBridge takes.
#[derive(Debug, Clone)]
pub(crate) struct BusEvent {
    /// The domain event's name, which EventBridge calls `detail-type`.
    detail_type: &'static str,
    at: Timestamp,
    /// The domain event's details: an [`EventDetail`] as JSON.
    detail: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventDetail<'a> {
    id: String,
    at: Timestamp,
    workspace_id: Option<WorkspaceId>,
    company_id: Option<CompanyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<MemberDetail<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvitationDetail<'a> {
    id: &'a PersonId,
    email: &'a str,
    role: &'static str,
    status: &'static str,
    version: u32,
    invited_by: UserId,
    expires_at: Timestamp,
    user_id: UserId,
    delivery: Option<DeliveryDetail<'a>>,
}

#[derive(Serialize)]
struct DeliveryDetail<'a> {
    state: DeliveryState,
    at: Option<Timestamp>,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberDetail<'a> {
    user_id: UserId,
    email: &'a str,
    role: &'static str,
}

impl BusEvent {
    /// Makes the domain event about an invited person or member of a workspace or company. `person` is the person's
    /// record after the change that the event reports.
    pub(crate) fn new(event: DomainEvent, scope: Scope, person: &Person) -> Self {
        let at = event.at(person);
        let (workspace_id, company_id) = match scope {
            Scope::Workspace(id) => (Some(id), None),
            Scope::Company(id) => (None, Some(id)),
        };
        let (email, role) = (person.address.as_typed(), person.role.name());
        let (invitation, member) = if event.is_about_member() {
            (None, Some(MemberDetail { user_id: person.user, email, role }))
        } else {
            (Some(invitation_detail(event, person)), None)
        };
        let detail = EventDetail { id: event_id(event, person), at, workspace_id, company_id, invitation, member };
        // Serialization fails only for maps whose keys aren't text, and an event's details contain no maps.
        let detail = serde_json::to_string(&detail).unwrap_or_default();
        Self { detail_type: event.name(), at, detail }
    }
}

fn invitation_detail(event: DomainEvent, person: &Person) -> InvitationDetail<'_> {
    let status = match (event, person.status) {
        (DomainEvent::InvitationExpired, _) => "EXPIRED",
        (_, RecordStatus::Pending) => "PENDING",
        // A member may have left before SES reports the delivery of the invitation's mail.
        (_, RecordStatus::Accepted | RecordStatus::Left) => "ACCEPTED",
        (_, RecordStatus::Declined) => "DECLINED",
        (_, RecordStatus::Revoked) => "REVOKED",
    };
    InvitationDetail {
        id: &person.person_id,
        email: person.address.as_typed(),
        role: person.role.name(),
        status,
        version: person.version,
        invited_by: person.inviter,
        expires_at: person.expires_at,
        user_id: person.user,
        delivery: person.delivery.map(|state| DeliveryDetail {
            state,
            at: person.delivery_at,
            detail: person.delivery_detail.as_deref(),
        }),
    }
}

/// The id by which consumers recognise a repeated domain event: every delivery of one event carries the same id.
///
/// Each domain event about an invitation, except a bounce, happens at most once for each version of the invitation. The
/// mail of an invitation can bounce twice, first temporarily and then permanently, so the events of the two bounces
/// have different ids. A member's role can change often, so the id of an event about a member includes the time of the
/// change.
fn event_id(event: DomainEvent, person: &Person) -> String {
    let mut id = format!("{} {} {}", person.person_id, person.version, event.name());
    if event == DomainEvent::InvitationBouncedForNow {
        id.push_str(" for now");
    }
    if event.is_about_member() {
        id = format!("{id} {}", person.updated_at.as_millisecond());
    }
    URL_SAFE_NO_PAD.encode(&Sha256::digest(id.as_bytes())[..16])
}

impl Bus {
    /// The EventBridge event bus with this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Publishes these events on the event bus. The result says for each event, in the order of the events, whether
    /// EventBridge accepted the event.
    pub(crate) async fn publish(&self, events: &[BusEvent]) -> Vec<bool> {
        let mut accepted = Vec::with_capacity(events.len());
        for events in events.chunks(MAX_ENTRIES) {
            let entries = events.iter().map(|event| self.entry(event)).collect();
            match self.client.put_events().set_entries(Some(entries)).send().await {
                Ok(output) => {
                    let is_accepted =
                        |index: usize| output.entries().get(index).is_some_and(|entry| entry.error_code().is_none());
                    accepted.extend((0..events.len()).map(is_accepted));
                }
                Err(error) => {
                    let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("no answer");
                    tracing::warn!(code, events = events.len(), "EventBridge accepted none of the events");
                    accepted.resize(accepted.len() + events.len(), false);
                }
            }
        }
        accepted
    }

    fn entry(&self, event: &BusEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.detail_type)
            .time(aws_smithy_types::DateTime::from_millis(event.at.as_millisecond()))
            .detail(&event.detail)
            .build()
    }
}
