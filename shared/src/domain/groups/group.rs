//! A group: a node in the tree of a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{DisplayId, GroupId, GroupPath, GroupPlace, Random, ShortId, Title, UserId, Workspace, WorkspaceId},
};

/// The name, and the display id, of the group that every workspace has.
const TOP: &str = "TopGroup";

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Where it is in the workspace's tree.
    pub path: GroupPath,
    /// Its name.
    pub name: Title,
    /// Its name for programs, unique in the workspace.
    pub display_id: DisplayId,
    /// Its short id.
    pub short_id: ShortId,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

impl Group {
    /// The topmost group of a new workspace.
    pub fn top(workspace: &Workspace, random: &dyn Random) -> Result<Self> {
        let unnamed = || Error::internal("group: the topmost group has no name");
        Ok(Self {
            id: GroupId::random(random),
            workspace: workspace.id,
            path: GroupPath::top(),
            name: Title::parse(TOP).map_err(|_| unnamed())?,
            display_id: TOP.parse().map_err(|_| unnamed())?,
            short_id: ShortId::random(random),
            created_by: workspace.created_by,
            created_at: workspace.created_at,
        })
    }

    /// How a person's record names it.
    pub fn place(&self) -> GroupPlace {
        GroupPlace { id: self.id, path: self.path.clone() }
    }
}
