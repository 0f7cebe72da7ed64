//! Creating a group.

use crate::{
    Error, Result, Usher,
    domain::{DisplayId, Group, GroupId, GroupPath, ShortId, Title},
    operations::{Caller, GroupNode, groups::group_access::GROUP_NOT_FOUND},
    store::GroupMade,
};

/// A request to create a group.
#[derive(Debug)]
pub struct NewGroup {
    /// The parent of the new group.
    pub parent: GroupId,
    /// The name of the new group.
    pub name: Title,
    /// The group's display id: its name for programs, unique in the workspace. If the display id is `None`, the group's
    /// short id becomes the display id.
    pub display_id: Option<DisplayId>,
}

impl Usher {
    /// Creates a group under a parent group.
    ///
    /// # Errors
    /// The errors of [`Usher::access_to_group`]; [`Error::Forbidden`] without authority over the parent,
    /// [`Error::Conflict`] if the workspace has a group with this display id, [`Error::Invalid`] if the tree would be
    /// too deep.
    pub async fn create_group(&self, caller: &Caller, new: NewGroup) -> Result<GroupNode> {
        let (access, parent) = self.access_to_group(caller, new.parent).await?;
        access.require_authority(&parent.path)?;
        let number = self.store.take_group_number(parent.workspace).await?.ok_or(GROUP_NOT_FOUND)?;
        let short_id = ShortId::random(self.random());
        let default_display_id = || {
            short_id.to_string().parse().map_err(|_| Error::internal("creating a group: its short id is no display id"))
        };
        let group = Group {
            id: GroupId::random(self.random()),
            workspace: parent.workspace,
            path: parent.path.child(number).ok_or_else(too_deep)?,
            name: new.name,
            display_id: new.display_id.map_or_else(default_display_id, Ok)?,
            short_id,
            created_by: access.access.profile.id,
            created_at: self.now(),
        };
        match self.store.create_group(&group, parent.id).await? {
            GroupMade::Done => Ok(GroupNode { index: self.index_of_group(&group).await?, group, children: Vec::new() }),
            GroupMade::NoParent => Err(GROUP_NOT_FOUND),
            GroupMade::DisplayIdTaken => {
                Err(Error::conflict("display_id_taken", "The workspace has a group of this display id already."))
            }
        }
    }
}

fn too_deep() -> Error {
    Error::invalid("too_deep", format!("A tree of groups has at most {} levels.", GroupPath::MAX_LEVELS))
}
