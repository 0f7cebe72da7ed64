//! The event bus, on which others hear what happened to invitations and members.

use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::{CompanyId, DomainEvent, Person, PersonId, Scope, Status, UserId, WorkspaceId};

/// `PutEvents` takes so many entries. Ten of ours are far below its 256 KB.
const MAX_ENTRIES: usize = 10;

/// Who tells it.
const SOURCE: &str = "usher";

/// The bus.
#[derive(Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// An event, ready to be told.
#[derive(Debug, Clone)]
pub struct BusEvent {
    kind: &'static str,
    at: Timestamp,
    detail: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    id: String,
    at: Timestamp,
    workspace_id: Option<WorkspaceId>,
    company_id: Option<CompanyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<Invitation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<Member<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invitation<'a> {
    id: &'a PersonId,
    email: &'a str,
    role: &'static str,
    status: &'static str,
    version: u32,
    invited_by: UserId,
    expires_at: Timestamp,
    user_id: UserId,
    delivery: Option<Delivery<'a>>,
}

#[derive(Serialize)]
struct Delivery<'a> {
    state: crate::domain::DeliveryState,
    at: Option<Timestamp>,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member<'a> {
    user_id: UserId,
    email: &'a str,
    role: &'static str,
}

impl BusEvent {
    /// What happened to a person of this workspace or company, whose record was like this then.
    pub fn new(happening: DomainEvent, of: Scope, person: &Person) -> Self {
        let at = happening.at(person);
        let (workspace_id, company_id) = match of {
            Scope::Workspace(id) => (Some(id), None),
            Scope::Company(id) => (None, Some(id)),
        };
        let (email, role) = (person.address.as_typed(), person.role.name());
        let (invitation, member) = if happening.is_of_member() {
            (None, Some(Member { user_id: person.user, email, role }))
        } else {
            (Some(invitation(happening, person)), None)
        };
        let detail = Detail { id: event_id(happening, person), at, workspace_id, company_id, invitation, member };
        // Only maps with keys that aren't text fail.
        let detail = serde_json::to_string(&detail).unwrap_or_default();
        Self { kind: happening.name(), at, detail }
    }
}

fn invitation(happening: DomainEvent, person: &Person) -> Invitation<'_> {
    let status = match (happening, person.status) {
        (DomainEvent::InvitationExpired, _) => "EXPIRED",
        (_, Status::Pending) => "PENDING",
        // Whoever accepted may have left before the mail's delivery is told.
        (_, Status::Accepted | Status::Left) => "ACCEPTED",
        (_, Status::Declined) => "DECLINED",
        (_, Status::Revoked) => "REVOKED",
    };
    Invitation {
        id: &person.person_id,
        email: person.address.as_typed(),
        role: person.role.name(),
        status,
        version: person.version,
        invited_by: person.inviter,
        expires_at: person.expires_at,
        user_id: person.user,
        delivery: person.delivery.map(|state| Delivery {
            state,
            at: person.delivery_at,
            detail: person.delivery_detail.as_deref(),
        }),
    }
}

/// The same for the same happening, however often it is told. What happens to an invitation happens once to each
/// version of it, and a mail that came back for now may come back for good; a member may be changed again and again.
fn event_id(happening: DomainEvent, person: &Person) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut id = format!("{} {} {}", person.person_id, person.version, happening.name());
    if happening == DomainEvent::InvitationBouncedForNow {
        id.push_str(" for now");
    }
    if happening.is_of_member() {
        id = format!("{id} {}", person.updated_at.as_millisecond());
    }
    URL_SAFE_NO_PAD.encode(&Sha256::digest(id.as_bytes())[..16])
}

impl Bus {
    /// The bus of this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// ResultDetail these events. Answers for each whether the bus took it.
    pub async fn tell(&self, events: &[BusEvent]) -> Vec<bool> {
        let mut taken = Vec::with_capacity(events.len());
        for events in events.chunks(MAX_ENTRIES) {
            let entries = events.iter().map(|event| self.entry(event)).collect();
            match self.client.put_events().set_entries(Some(entries)).send().await {
                Ok(output) => {
                    let took =
                        |index: usize| output.entries().get(index).is_some_and(|entry| entry.error_code().is_none());
                    taken.extend((0..events.len()).map(took));
                }
                Err(error) => {
                    use aws_smithy_types::error::metadata::ProvideErrorMetadata;
                    let code = error.as_service_error().and_then(|error| error.code()).unwrap_or("no answer");
                    tracing::warn!(code, events = events.len(), "the event bus took nothing");
                    taken.resize(taken.len() + events.len(), false);
                }
            }
        }
        taken
    }

    fn entry(&self, event: &BusEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.kind)
            .time(aws_smithy_types::DateTime::from_millis(event.at.as_millisecond()))
            .detail(&event.detail)
            .build()
    }
}
