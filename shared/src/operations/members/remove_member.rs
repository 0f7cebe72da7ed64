//! Removing a person from a workspace: the person's membership ends, or the person's invitation is revoked.

use crate::{
    Result, Usher,
    domain::{Permission, Person, PersonId, UserId, WorkspaceId},
    operations::{
        Caller, log,
        members::change_member::{MemberChange, Selection},
    },
};

impl Usher {
    /// Removes a member, or revokes an invited person's invitation, by the public id of the person's record.
    ///
    /// # Errors
    /// The errors of [`Usher::change_member`].
    pub async fn remove_member(&self, caller: &Caller, id: &PersonId) -> Result<Person> {
        let (access, person) = self.managed_person(caller, id).await?;
        self.change_person(&access, person, MemberChange::Removed, Selection::MembersAndInvited).await
    }

    /// Ends a member's membership of a workspace, by the member's user id. An administrator of the workspace may remove
    /// every member. Every other member may end only the member's own membership.
    ///
    /// # Errors
    /// The errors of [`Usher::change_user`].
    pub async fn remove_user(&self, caller: &Caller, id: WorkspaceId, user: UserId) -> Result<()> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        if user != access.profile.id {
            access.require(Permission::Administer)?;
        }
        let person = self.member(id, user).await?;
        self.change_person(&access, person, MemberChange::Removed, Selection::Members).await.map(|_| ())
    }
}
