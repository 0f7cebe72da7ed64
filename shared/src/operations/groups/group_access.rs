//! What a caller may do in the groups of a workspace.
//!
//! An administrator of a workspace has authority over all groups of the workspace. An administrator of a group has
//! authority over the group and the groups below the group, whether or not the administrator belongs to these groups.
//! Nobody except the administrators of the workspace and of groups has authority over a group. The path of a group
//! tells which groups are above the group.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Group, GroupId, GroupPath, Permission, Role, WorkspaceId},
    operations::{Caller, WorkspaceAccess, log},
    store::GroupRecords,
};

pub(super) const GROUP_NOT_FOUND: Error = Error::NotFound(Missing::Group);

/// What a caller may do in a workspace and its groups.
#[derive(Debug)]
pub struct GroupAccess {
    /// The caller's access to the workspace. A caller who is no member but administers a group has at least the role
    /// VIEWER.
    pub access: WorkspaceAccess,
    /// The groups that the request named, in the order of the request. The list contains `None` in place of a group
    /// that the workspace doesn't have.
    pub groups: Vec<Option<Group>>,
    /// The topmost group of the workspace, if the request named groups.
    pub top: Option<Group>,
    /// The paths of the groups that the caller administers.
    pub administers: Vec<GroupPath>,
}

impl GroupAccess {
    /// Whether the caller has authority over the group with this path.
    pub(in crate::operations) fn has_authority(&self, group: &GroupPath) -> bool {
        self.access.role.may(Permission::Administer) || self.administers.iter().any(|own| own.covers(group))
    }

    /// Checks that the caller has authority over the group with this path.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller has no authority over the group.
    pub(in crate::operations) fn require_authority(&self, group: &GroupPath) -> Result<()> {
        if self.has_authority(group) {
            Ok(())
        } else {
            Err(Error::forbidden(
                "group_admin_required",
                "Only an administrator of the workspace or group may do this.",
            ))
        }
    }
}

impl Usher {
    /// What a caller may do in a workspace and its groups, and the groups with the ids `groups`. One call of the store
    /// reads the workspace, the caller's records and the groups.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the workspace doesn't exist or the caller has no role in the workspace.
    pub async fn group_access(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        groups: &[GroupId],
    ) -> Result<GroupAccess> {
        const WORKSPACE_NOT_FOUND: Error = Error::NotFound(Missing::Workspace);
        let records = self.store.group_records(caller.user, caller.company, workspace, groups).await?;
        let GroupRecords { workspace, caller: standing, administers, groups, top } = records;
        let profile = caller.require_active(standing.profile.clone())?;
        let workspace = workspace.ok_or(WORKSPACE_NOT_FOUND)?;
        let is_own_company = workspace.company == caller.company;
        // A user who left both the workspace and the company administers no group, even if a stored record still names
        // the user as a group's administrator.
        let belongs = standing.workspace.is_some() || (is_own_company && standing.company.is_some());
        let administers = if belongs { administers } else { Vec::new() };
        let group_admin_role = (!administers.is_empty()).then_some(Role::Viewer);
        let role = standing.role_in_workspace(is_own_company).or(group_admin_role).ok_or(WORKSPACE_NOT_FOUND)?;
        log::workspace(workspace.id);
        Ok(GroupAccess { access: WorkspaceAccess { profile, workspace, role }, groups, top, administers })
    }

    /// A group, and what a caller may do in the group's workspace and in the workspace's groups. Finding out a caller's
    /// access to a group reads from the store twice.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the group doesn't exist or the caller has no role in its workspace.
    pub async fn access_to_group(&self, caller: &Caller, id: GroupId) -> Result<(GroupAccess, Group)> {
        let group = self.store.group(id).await?.ok_or(GROUP_NOT_FOUND)?;
        let access = self.group_access(caller, group.workspace, &[]).await.map_err(|error| match error {
            Error::NotFound(_) => GROUP_NOT_FOUND,
            other => other,
        })?;
        Ok((access, group))
    }
}
