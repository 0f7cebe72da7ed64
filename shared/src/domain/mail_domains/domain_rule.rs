//! A rule by which people of a mail domain join a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, MailDomain, Role, ShortId, UserId, WorkspaceId};

/// Whoever proves an address of the domain joins the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRule {
    /// Its id.
    pub id: ShortId,
    /// The domain.
    pub domain: MailDomain,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Whose the workspace is.
    pub company: CompanyId,
    /// The role they get.
    pub role: Role,
    /// Who stands for it: whoever added it or set its role last.
    pub added_by: UserId,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}
