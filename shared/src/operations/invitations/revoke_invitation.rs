//! Taking an invitation back.

use crate::{
    Error, Result, Usher,
    domain::{InvitationStatus, PersonId},
    operations::{Caller, InviteTo, invitations::list_invitations::already_accepted},
    store::{Managed, Managing},
};

/// How often an invitation that changed meanwhile is read and judged again.
const TRIES: u32 = 3;

impl Usher {
    /// Revokes an invitation: its link is dead. One that nobody can accept any more stays as it is.
    ///
    /// # Errors
    /// As [`Usher::get_invitation`]; [`Error::Forbidden`] for somebody else's, unless the caller is an ADMIN, and for one
    /// to a role above the caller's; [`Error::Conflict`] for what was accepted.
    pub async fn revoke_invitation(&self, caller: &Caller, of: InviteTo, id: &PersonId) -> Result<()> {
        let (manager, _) = self.manager(caller, of).await?;
        let mut person = self.invited_person(manager.of, id).await?;
        for _ in 0..TRIES {
            manager.require_own(&person)?;
            let now = self.now();
            match person.invitation(now) {
                Some(InvitationStatus::Pending) => {}
                Some(InvitationStatus::Accepted) => return Err(already_accepted()),
                _ => return Ok(()),
            }
            let managing = Managing { of: manager.of, person: &person, actor: manager.user, now };
            if self.store.remove(&managing, self.random()).await? == Managed::Done {
                return Ok(());
            }
            person = self.read_again(manager.of, &person).await?;
        }
        Err(Error::conflict("changed_meanwhile", "This invitation was changed by somebody else at the same time."))
    }
}
