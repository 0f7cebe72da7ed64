//! Reading the groups of a workspace, and the people in a group.

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::{Group, GroupId, GroupPath, Person, WorkspaceId},
    operations::Caller,
};

/// The largest number of groups in one response.
const MAX: usize = 20_000;

/// A group with its position among the groups of its parent, and its child groups.
#[derive(Debug)]
pub struct GroupNode {
    /// The group itself, with its name and its place in the workspace's tree of groups.
    pub group: Group,
    /// The number of groups that have the same parent as this group and are older.
    pub index: usize,
    /// The groups directly under this group, oldest first.
    pub children: Vec<Group>,
}

impl Usher {
    /// The topmost group of a workspace and the groups directly under the topmost group, oldest first. Every member of
    /// the workspace may read the workspace's groups.
    ///
    /// # Errors
    /// The errors of [`Usher::group_access`]; [`Error::TooLarge`] if the workspace has more groups than a response may
    /// list.
    pub async fn top_groups(&self, caller: &Caller, workspace: WorkspaceId) -> Result<GroupNode> {
        self.group_access(caller, workspace, &[]).await?;
        let top = self
            .store
            .group_at(workspace, &GroupPath::top())
            .await?
            .ok_or_else(|| Error::internal("listing groups: the workspace has no topmost group"))?;
        self.with_children(top).await
    }

    /// A group and the groups directly under the group, oldest first. Every member of the workspace may read the
    /// workspace's groups.
    ///
    /// # Errors
    /// The errors of [`Usher::access_to_group`]; [`Error::TooLarge`] if the workspace has more groups than a response
    /// may list.
    pub async fn child_groups(&self, caller: &Caller, id: GroupId) -> Result<GroupNode> {
        let (_, group) = self.access_to_group(caller, id).await?;
        self.with_children(group).await
    }

    async fn with_children(&self, group: Group) -> Result<GroupNode> {
        let children = bounded(self.store.child_groups(group.workspace, &group.path, MAX + 1).await?)?;
        Ok(GroupNode { index: self.index_of_group(&group).await?, group, children })
    }

    /// The number of groups that have the same parent as this group and are older.
    pub(in crate::operations) async fn index_of_group(&self, group: &Group) -> Result<usize> {
        let Some(parent) = group.path.parent() else { return Ok(0) };
        let siblings = bounded(self.store.child_groups(group.workspace, &parent, MAX + 1).await?)?;
        Ok(siblings.iter().take_while(|other| other.path < group.path).count())
    }

    /// All groups of a workspace, level by level, starting with the topmost group. Every member of the workspace may
    /// read the groups.
    ///
    /// # Errors
    /// The errors of [`Usher::group_access`]; [`Error::TooLarge`] if the workspace has more groups than a response may
    /// list.
    pub async fn group_tree(&self, caller: &Caller, workspace: WorkspaceId) -> Result<Vec<Group>> {
        self.group_access(caller, workspace, &[]).await?;
        bounded(self.store.groups(workspace, MAX + 1).await?)
    }

    /// A group, and the members and invited people who belong to the group, oldest first. If `recursive` is true, the
    /// people who belong to the groups below the group are listed too. Every member of the workspace may read which
    /// people belong to a group.
    ///
    /// # Errors
    /// The errors of [`Usher::access_to_group`].
    pub async fn group_members(&self, caller: &Caller, id: GroupId, recursive: bool) -> Result<(Group, Vec<Person>)> {
        let (access, group) = self.access_to_group(caller, id).await?;
        let mut people = self.members_and_invited(&access.access.workspace).await?;
        people.retain(|person| person.is_in(&group.path, recursive));
        Ok((group, people))
    }
}

fn bounded(groups: Vec<Group>) -> Result<Vec<Group>> {
    if groups.len() <= MAX {
        return Ok(groups);
    }
    Err(Error::TooLarge(PublicMessage::new("tree_too_large", "There are too many groups for one list.")))
}
