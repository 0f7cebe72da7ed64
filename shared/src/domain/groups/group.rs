//! [`Group`]: a group of people in a workspace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{DisplayId, GroupId, GroupPath, GroupRef, Random, ShortId, Title, UserId, Workspace, WorkspaceId},
};

/// The name and the display id of a workspace's topmost group.
const TOP_NAME: &str = "TopGroup";

/// A group of people in a workspace. The groups of a workspace form a tree, in which a group never moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// The workspace that the group belongs to.
    pub workspace: WorkspaceId,
    /// The group's position in the workspace's tree of groups.
    pub path: GroupPath,
    /// The group's name for people.
    pub name: Title,
    /// The group's name for programs, unique in the workspace.
    pub display_id: DisplayId,
    /// The group's short public id.
    pub short_id: ShortId,
    /// The user who created the group.
    pub created_by: UserId,
    /// When the group was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
}

impl Group {
    /// The topmost group of a new workspace.
    ///
    /// # Errors
    /// [`Error::Internal`] if the built-in name of the topmost group were invalid.
    pub fn top(workspace: &Workspace, random: &dyn Random) -> Result<Self> {
        let invalid_name = || Error::internal("creating the topmost group: its name is invalid");
        Ok(Self {
            id: GroupId::random(random),
            workspace: workspace.id,
            path: GroupPath::top(),
            name: Title::parse(TOP_NAME).map_err(|_| invalid_name())?,
            display_id: TOP_NAME.parse().map_err(|_| invalid_name())?,
            short_id: ShortId::random(random),
            created_by: workspace.created_by,
            created_at: workspace.created_at,
        })
    }

    /// The reference by which a person's record names the group.
    pub fn reference(&self) -> GroupRef {
        GroupRef { id: self.id, path: self.path.clone() }
    }
}
