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
mod items;
mod keys;
mod limits;
mod mail;
mod mail_domains;
mod page;
mod read;
mod retry;
mod service_accounts;
mod sign_ups;
mod transact;
mod workspaces;

pub use crate::domain::{CallerStanding as CallerRecords, MailKind as Kind};
pub use accounts::profiles::Numbers;
pub use audit::audit_log::AuditRecord;
pub use groups::group_records::{GroupDeleted, GroupMade, GroupRecords, Joins};
pub use idempotency::idempotent_runs::{IdempotencyRecord, IdempotentRun, Reservation, RunStart, StoredResponse};
pub use invitations::{
    accept::{AcceptanceWrite, Accepted, NewAccount},
    admission::{AdmissionRecords, InvitedBy},
    hash::{HashItem, Invited},
    invite::{InviteTransaction, InviteWrite, InviteWritten, RowConflict, TransactionRoom},
    page::PeoplePage,
    transition::{AuditNote, TransitionWrite, Transitioned},
};
pub use keys::Key;
pub use limits::rate_limits::{Cooldown, RateLimit};
pub use mail::delivery::Known;
pub use mail::outbox::{Claimed, MAX_ATTEMPTS, Mail, Mailed, QueuedItem, Task};
pub use mail::queued_letter::QueuedLetter;
pub use page::{Page, PagePosition};

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::domain::Random;

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
