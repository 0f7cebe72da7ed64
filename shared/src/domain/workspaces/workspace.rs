//! [`Workspace`], and the changes that an administrator can make to a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{CompanyId, Message, ShortId, Title, UserId, WorkspaceId};

/// A workspace of a company. People are invited to a workspace and become members of the workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Workspace {
    /// The workspace's id.
    pub id: WorkspaceId,
    /// The workspace's integer id, for contracts that number workspaces.
    pub number: u32,
    /// The workspace's short public id.
    pub short_id: ShortId,
    /// The company that owns the workspace.
    pub company: CompanyId,
    /// The workspace's name.
    pub name: Title,
    /// The workspace's purpose, in the words of its creator.
    pub description: Option<Message>,
    /// A secret that the public ids of the workspace's people derive from: see [`crate::domain::person_id`].
    pub salt: String,
    /// How many members have the role ADMIN in the workspace itself. Company admins who are not themselves members of
    /// the workspace don't count.
    pub admins: u32,
    /// Whether the workspace is published. Some contracts mail an inviter's message only from a published workspace.
    pub published: bool,
    /// The user who created the workspace.
    pub created_by: UserId,
    /// When the workspace was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When the workspace last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}

/// New values for some fields of a workspace. A field that is `None` stays unchanged.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceChange {
    /// The workspace's new name.
    pub name: Option<Title>,
    /// Whether the workspace is published from now on.
    pub published: Option<bool>,
}
