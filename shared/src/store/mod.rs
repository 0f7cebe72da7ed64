//! DynamoDB: one table. Attribute maps are seen nowhere else.
//!
//! `docs/table.md` lists the items and what each access costs. To add a lookup, add its key to `keys` and a method
//! beside those of the same item: it reads consistently, returns `Result<Option<T>>`, and never decides authority or
//! uniqueness through the index. To add a transition, write it as one `ConditionalWrite` whose condition is the whole
//! rule.

mod accounts;
mod audit;
mod condition;
mod conditional_write;
mod groups;
mod idempotency;
mod invitations;
mod keys;
mod limits;
mod mail;
mod mail_domains;
mod page;
mod read;
mod service_accounts;
mod sign_ups;
mod transact;
mod workspaces;

pub use crate::domain::{CallerStanding as CallerRecords, MailKind as Kind};
pub use accounts::profiles::{AdmissionRecords, Numbers};
pub use audit::audit_log::AuditRecord;
pub use groups::group_records::{GroupDeleted, GroupMade, GroupRecords, Joins};
pub use idempotency::idempotent_runs::{IdempotencyRecord, IdempotentRun, Reservation, RunStart, StoredResponse};
pub use invitations::{
    HashItem, Invited, InvitedBy,
    accept::{AcceptanceWrite, Accepted, NewAccount},
    invite::{InviteTransaction, InviteWrite, InviteWritten, RowConflict, TransactionRoom},
    page::PeoplePage,
    transition::{AuditNote, TransitionWrite, Transitioned},
};
pub use keys::Key;
pub use limits::rate_limits::{Cooldown, RateLimit};
pub use mail::delivery::Known;
pub use mail::letters::QueuedLetter;
pub use mail::outbox::{Claimed, MAX_ATTEMPTS, Mail, Mailed, QueuedItem, Task};
pub use page::{Page, PagePosition};

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::HashMap, sync::Arc};

use crate::{Error, Internal, Result, domain::Random};

use read::Found;

/// Attributes by name.
type Item = HashMap<String, AttributeValue>;

/// The table.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    random: Arc<dyn Random>,
}

impl Store {
    /// The table of this name. `random` spreads what is tried again over time.
    pub fn new(client: Client, table: String, random: Arc<dyn Random>) -> Self {
        Self { client, table, random }
    }

    /// A number of milliseconds below `most`.
    fn jitter(&self, most: u64) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes) % most.max(1)
    }
}

/// The digest that a token is looked up by.
pub fn token_digest(token: &str) -> String {
    keys::digest(token)
}

fn attribute(value: impl Serialize) -> AttributeValue {
    // Only maps with keys that aren't strings fail, and no item has one.
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).unwrap_or(AttributeValue::Null(true))
}

fn to_item(value: impl Serialize) -> Item {
    match attribute(value) {
        AttributeValue::M(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Item::new(),
    }
}

fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|_| Error::internal(format!("store: an item isn't a {}", std::any::type_name::<T>())))
}

/// What failed, without the SDK's text: it may quote items.
fn failed<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|error| error.code());
    let internal = Internal::new(format!("store: {action}: {}", code.unwrap_or("no answer")));
    match code {
        Some(
            "ResourceNotFoundException"
            | "AccessDeniedException"
            | "ValidationException"
            | "UnrecognizedClientException",
        ) => Error::Internal(internal),
        _ => Error::Unavailable(internal),
    }
}
