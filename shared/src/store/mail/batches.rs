//! What the rows of one inviting request have in common.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{BatchId, CompanyId, MailSender, Message, TemplateId},
    store::{Store, conditional_write::ConditionalWrite, keys},
};

/// Kept this long after the request: longer than any invitation lives.
const KEPT_SECONDS: i64 = 60 * 24 * 3600;

/// One inviting request, as its mails need it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The company that is invited to, or into a workspace of.
    pub company: CompanyId,
    /// The inviter's name.
    pub inviter_name: String,
    /// What they invite to: the workspace's or company's name.
    pub scope_name: String,
    /// The company's name.
    pub company_name: String,
    /// What the inviter wrote.
    pub message: Option<Message>,
    /// Whom its mails are from, if not from the deployment's own address.
    #[serde(default)]
    pub sender: Option<MailSender>,
    /// In which words of the company's its invitations are.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// Whether its invitations say that an account is ready, and ask for a password only.
    #[serde(default)]
    pub registered: bool,
}

impl Store {
    /// Writes a batch.
    pub async fn put_batch(&self, batch: &Batch, now: Timestamp) -> Result<()> {
        let key = keys::batch(batch.id);
        let change = ConditionalWrite::put(&key, Perishable { batch, purge_at: now.as_second() + KEPT_SECONDS });
        self.write(change).await.map(|_| ())
    }

    /// A batch.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>> {
        self.get(&keys::batch(id)).await
    }
}

#[derive(Serialize)]
struct Perishable<'a> {
    #[serde(flatten)]
    batch: &'a Batch,
    purge_at: i64,
}
