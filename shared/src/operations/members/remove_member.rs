//! Ending a membership, or revoking an invitation.

use crate::{
    Result, Usher,
    domain::{Permission, Person, PersonId, UserId, WorkspaceId},
    operations::{
        Caller, log,
        members::change_member::{MemberChange, Selection},
    },
};

impl Usher {
    /// Removes a member, or revokes the invitation of somebody who isn't one yet.
    ///
    /// # Errors
    /// As [`Usher::change_member`].
    pub async fn remove_member(&self, caller: &Caller, id: &PersonId) -> Result<Person> {
        let (access, person) = self.managed(caller, id).await?;
        self.settle(&access, person, MemberChange::Removed, Selection::Present).await
    }

    /// Ends a membership, by user id. Whoever administers the workspace may remove anybody, everybody else only themselves.
    ///
    /// # Errors
    /// As [`Usher::change_user`].
    pub async fn remove_user(&self, caller: &Caller, id: WorkspaceId, user: UserId) -> Result<()> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        if user != access.profile.id {
            access.require(Permission::Administer)?;
        }
        let person = self.member(id, user).await?;
        self.settle(&access, person, MemberChange::Removed, Selection::Members).await.map(|_| ())
    }
}
