//! Taking an invitation back.

use crate::{
    Result, Usher,
    domain::{PersonId, revoke},
    operations::{
        Caller, InviteTo,
        members::change_member::{changed_meanwhile, refused_invitation},
    },
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often an invitation that changed meanwhile is read and decided again.
const TRIES: u32 = 3;

impl Usher {
    /// Revokes an invitation: its link is dead. An invitation that nobody can accept any more stays as it is.
    ///
    /// # Errors
    /// As [`Usher::get_invitation`]; [`Error::Forbidden`] for another inviter's invitation, unless the caller is an
    /// ADMIN, and for an invitation to a role above the caller's; [`Error::Conflict`] for an accepted invitation.
    pub async fn revoke_invitation(&self, caller: &Caller, of: InviteTo, id: &PersonId) -> Result<()> {
        let (invitations, _) = self.managed_invitations(caller, of).await?;
        let mut person = self.invited_person(invitations.of, id).await?;
        for _ in 0..TRIES {
            let now = self.now();
            let Some(transition) = revoke(invitations.manager, &person, now).map_err(refused_invitation)? else {
                return Ok(());
            };
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: invitations.manager.user, action: "invitation.revoked", detail };
            let write = TransitionWrite { of: invitations.of, transition: &transition, audit, mail: None, now };
            if self.store.write_transition(&write, self.random()).await? == Transitioned::Done {
                return Ok(());
            }
            person = self.read_again(invitations.of, &person).await?;
        }
        Err(changed_meanwhile("This invitation was changed by somebody else at the same time."))
    }
}
