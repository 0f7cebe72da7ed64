//! The store reads and writes the one DynamoDB table of the service. No code outside the store sees the attribute maps
//! of items.
//!
//! `docs/table.md` lists the items and the cost of each access.
//!
//! To add a lookup, add the key of the item to `keys.rs`. Then add a method for the lookup to `Store`, beside the other
//! methods of the same item. A lookup reads consistently and returns `Result<Option<T>>`. Only a lookup by public id
//! uses an index, and an index never decides authority or uniqueness, because an index lags behind the table.
//!
//! To add a transition of an invitation or a membership, write the decision as a pure function in
//! `domain/invitations/decisions`. `invitations/transition.rs` writes the decision as a compare-and-swap on the
//! `revision` of the person's record. Every other write is a
//! `ConditionalWrite`, built with `set`, `remove`, `add` and `expect`.

mod accounts;
mod audit;
mod companies;
mod condition;
mod conditional_write;
mod events;
mod groups;
mod idempotency;
mod invitations;
mod items;
mod keys;
mod limits;
mod mail;
mod mail_domains;
mod members;
mod page;
mod read;
mod retry;
mod seed;
mod service_accounts;
mod sign_ups;
mod transact;
mod workspaces;

pub use accounts::profiles::IntegerIds;
pub use audit::audit_log::AuditRecord;
pub use companies::company_records::Founding;
pub use events::stream_records::StreamBatch;
pub(crate) use events::stream_records::StreamRecord;
pub use groups::group_records::{GroupDeleted, GroupMade, GroupRecords, Joins};
pub use idempotency::idempotent_runs::{IdempotencyRecord, IdempotentRun, Reservation, RunStart, StoredResponse};
pub use invitations::{
    accept::{AcceptanceWrite, Accepted, NewAccount},
    admission::{AdmissionRecords, InvitedBy},
    hash::{HashItem, LinkRecords},
    invite::{InviteTransaction, InviteWrite, InviteWritten, RowConflict, TransactionRoom},
    page::PeoplePage,
    transition::{AuditNote, TransitionWrite, Transitioned},
};
pub use keys::Key;
pub use mail::delivery::AddressRecords;
pub use mail::outbox::{ClaimedItem, MAX_ATTEMPTS, MailResult, MailToPerson, OutboxItem, OutboxTask};
pub use mail::queued_letter::QueuedLetter;
pub use page::{Page, PagePosition};
pub use seed::{SeedCompany, SeedInvitation, SeedWorkspace};

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::domain::Random;

/// Access to the service's DynamoDB table.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    random: Arc<dyn Random>,
}

impl Store {
    /// Creates the access to the DynamoDB table with this name. `random` supplies random ids, and the random pauses
    /// between attempts.
    pub fn new(client: Client, table: String, random: Arc<dyn Random>) -> Self {
        Self { client, table, random }
    }

    /// The source of the random ids that writes need.
    fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    /// A random number of milliseconds below `limit`.
    fn jitter(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes) % limit.max(1)
    }
}

/// The digest of a token. The table stores the digest instead of the token.
pub fn token_digest(token: &str) -> String {
    keys::digest(token)
}
