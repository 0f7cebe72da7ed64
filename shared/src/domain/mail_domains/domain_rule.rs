//! [`DomainRule`]: the rule by which people of a mail domain join a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, MailDomain, Role, ShortId, UserId, WorkspaceId};

/// A rule for one mail domain and one workspace: everybody who signs up and verifies an address of the domain joins the
/// workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRule {
    /// The rule's id.
    pub id: ShortId,
    /// The mail domain that the rule is about.
    pub domain: MailDomain,
    /// The workspace that people join.
    pub workspace: WorkspaceId,
    /// The company that owns the workspace.
    pub company: CompanyId,
    /// The role that people get when they join the workspace by the rule.
    pub role: Role,
    /// The user who added the rule or last set its role. A domain rule admits people only while the user who added the
    /// rule or last set its role may grant the role.
    pub added_by: UserId,
    /// When the rule was added.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When the rule last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}
