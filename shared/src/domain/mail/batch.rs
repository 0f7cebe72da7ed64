//! [`Batch`]: the data that all mails of one inviting request share.

use serde::{Deserialize, Serialize};

use crate::domain::{BatchId, CompanyId, MailSender, Message, TemplateId};

/// The data that all mails of one inviting request share. One record of the table holds a batch, so that the shared
/// data need not be copied to each person's record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// The batch's id.
    pub id: BatchId,
    /// The company that the request invites people to, or the company that owns the workspace that the request invites
    /// people to.
    pub company: CompanyId,
    /// The inviter's name.
    pub inviter_name: String,
    /// The name of the workspace or company that the request invites people to.
    pub scope_name: String,
    /// The company's name.
    pub company_name: String,
    /// The message that the inviter wrote to the invited people.
    pub message: Option<Message>,
    /// The sender of the request's mails, if the inviter chose another sender than the deployment's own address.
    #[serde(default)]
    pub sender: Option<MailSender>,
    /// The company's mail template for the invitations, if the request chose a template.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// Whether the invitations say that an account is ready, and ask only for a password.
    #[serde(default)]
    pub registered: bool,
}
