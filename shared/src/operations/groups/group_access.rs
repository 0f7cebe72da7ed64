//! Authority over groups: decided here, by the path that each group has.
//!
//! Who administers the workspace has authority over each of its groups; who administers a group, over it and what is under
//! it, whether they are in it or not. Everybody else has none.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Group, GroupId, GroupPath, Permission, Role, WorkspaceId},
    operations::{
        Caller, WorkspaceAccess,
        accounts::authenticate::{active, role_in},
        log,
    },
    store::GroupRecords,
};

/// A caller in a workspace, with what they administer of its groups.
#[derive(Debug)]
pub struct GroupAccess {
    /// The caller in the workspace. Whoever administers a group without being a member is at least a viewer.
    pub access: WorkspaceAccess,
    /// The groups asked for, in order; `None` for one that the workspace hasn't.
    pub groups: Vec<Option<Group>>,
    /// The topmost group, if groups were asked for.
    pub top: Option<Group>,
    /// What the caller administers there.
    pub administers: Vec<GroupPath>,
}

impl GroupAccess {
    /// Whether the caller has authority over a group.
    pub(in crate::operations) fn has_authority(&self, over: &GroupPath) -> bool {
        self.access.role.may(Permission::Administer) || self.administers.iter().any(|own| own.covers(over))
    }

    /// Lets those pass who have authority over a group.
    pub(in crate::operations) fn require_authority(&self, over: &GroupPath) -> Result<()> {
        if self.has_authority(over) {
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
    /// A caller's standing in a workspace and its groups: one read.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such workspace, or none that the caller can reach.
    pub async fn group_access(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        groups: &[GroupId],
    ) -> Result<GroupAccess> {
        const MISSING: Error = Error::NotFound(Missing::Workspace);
        let records = self.store.group_records(caller.user, caller.company, workspace, groups).await?;
        let GroupRecords { workspace, caller: standing, administers, groups, top } = records;
        let profile = active(caller, standing.profile.clone())?;
        let workspace = workspace.ok_or(MISSING)?;
        let own_company = workspace.company == caller.company;
        // Whoever left both workspace and company administers nothing, whatever is written of them.
        let belongs = standing.workspace.is_some() || (own_company && standing.company.is_some());
        let administers = if belongs { administers } else { Vec::new() };
        let role = role_in(&standing, own_company).or((!administers.is_empty()).then_some(Role::Viewer));
        let role = role.ok_or(MISSING)?;
        log::workspace(workspace.id);
        Ok(GroupAccess { access: WorkspaceAccess { profile, workspace, role }, groups, top, administers })
    }

    /// A caller's standing in a group and its workspace: two reads.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such group, or none that the caller can reach.
    pub async fn group_access_of(&self, caller: &Caller, id: GroupId) -> Result<(GroupAccess, Group)> {
        const MISSING: Error = Error::NotFound(Missing::Group);
        let group = self.store.group(id).await?.ok_or(MISSING)?;
        let access = self.group_access(caller, group.workspace, &[]).await.map_err(|error| match error {
            Error::NotFound(_) => MISSING,
            other => other,
        })?;
        Ok((access, group))
    }
}
