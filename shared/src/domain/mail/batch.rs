//! What the mails of one inviting request have in common.

use serde::{Deserialize, Serialize};

use crate::domain::{BatchId, CompanyId, MailSender, Message, TemplateId};

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
