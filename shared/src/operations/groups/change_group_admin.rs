//! Making a user an administrator of a group, or ending the user's administration of the group.

use crate::{
    Error, Result, Usher,
    domain::{Act, CallerStanding, GroupId, Profile, UserId},
    operations::{Caller, invitations::refusals::exclusive_user, members::change_member::NO_SUCH_PERSON},
};

impl Usher {
    /// Makes a user an administrator of a group and of the groups below the group, or ends the user's administration of
    /// the group. Repeating a request about a group's administrator changes nothing.
    ///
    /// # Errors
    /// The errors of [`Usher::access_to_group`]; [`Error::Forbidden`] without authority over the group;
    /// [`Error::NotFound`] for a user who is neither active in the workspace's company nor a member of the workspace;
    /// [`Error::Conflict`] for a user who administers as many groups as one user can administer, or whose account is
    /// restricted to another workspace.
    pub async fn change_group_admin(
        &self,
        caller: &Caller,
        id: GroupId,
        user: UserId,
        administers: bool,
    ) -> Result<()> {
        let (access, group) = self.access_to_group(caller, id).await?;
        access.require_authority(&group.path)?;
        let workspace = &access.access.workspace;
        if administers {
            let CallerStanding { profile, workspace: membership, .. } =
                self.store.caller_records(user, workspace.company, Some(workspace.id)).await?;
            let profile = profile.filter(Profile::is_active).ok_or(NO_SUCH_PERSON)?;
            if profile.company != workspace.company && membership.is_none() {
                return Err(NO_SUCH_PERSON);
            }
            if profile.exclusive_to.is_some_and(|own| own != workspace.id) {
                return Err(exclusive_user());
            }
        }
        let (actor, now) = (access.access.profile.id, self.now());
        if self.store.change_group_admin(&group, user, administers, Act { actor, at: now }).await? {
            return Ok(());
        }
        Err(Error::conflict("too_many_groups", "This user administers as many groups of the workspace as can be."))
    }
}
