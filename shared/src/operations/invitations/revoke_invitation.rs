//! Revoking an invitation: the invitation's link stops working.

use crate::{
    Result, Usher,
    domain::{PersonId, revoke},
    operations::{
        Caller, InviteTo,
        members::change_member::{changed_meanwhile, refused_invitation},
    },
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often revoking an invitation is tried. A further try happens if another request changed the invitation
/// meanwhile; the further try reads the invitation again.
const TRIES: u32 = 3;

impl Usher {
    /// Revokes an invitation. The link of a revoked invitation no longer works. An expired, declined or revoked
    /// invitation stays unchanged.
    ///
    /// # Errors
    /// - The errors of [`Usher::get_invitation`].
    /// - [`Error::Forbidden`] for another inviter's invitation, unless the caller is an ADMIN, and for an invitation to
    ///   a
    ///   role above the caller's.
    /// - [`Error::Conflict`] for an accepted invitation.
    pub async fn revoke_invitation(&self, caller: &Caller, to: InviteTo, id: &PersonId) -> Result<()> {
        let (managed, _) = self.managed_invitations(caller, to).await?;
        let mut person = self.invited_person(managed.scope, id).await?;
        for _ in 0..TRIES {
            let now = self.now();
            let Some(transition) = revoke(managed.manager, &person, now).map_err(refused_invitation)? else {
                return Ok(());
            };
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: managed.manager.user, action: "invitation.revoked", detail };
            let write = TransitionWrite { scope: managed.scope, transition: &transition, audit, mail: None, now };
            if self.store.write_transition(&write).await? == Transitioned::Done {
                return Ok(());
            }
            person = self.reread_invited_person(managed.scope, &person).await?;
        }
        Err(changed_meanwhile("This invitation was changed by somebody else at the same time."))
    }
}
