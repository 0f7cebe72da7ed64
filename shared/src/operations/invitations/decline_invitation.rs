//! Declining an invitation. Everybody who has the hash of an invitation's link may decline the invitation, without an
//! account.

use crate::{
    Error, Result, Usher,
    domain::{InvitationDead, InvitationHash, decline},
    operations::invitations::refusals::kept_changing,
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often declining an invitation is tried. A further try happens if another request changed the invitation
/// meanwhile; the further try reads the invitation again.
const TRIES: u32 = 8;

impl Usher {
    /// Declines the invitation to which the hash of a link belongs.
    ///
    /// # Errors
    /// [`Error::Gone`] for every hash that [`Usher::view_invitation`] refuses. If declining fails with this error, no
    /// record has changed.
    pub async fn decline_invitation(&self, hash: &InvitationHash) -> Result<()> {
        let attempt = self.random().uuid().to_string();
        for round in 0..TRIES {
            if round > 0 {
                self.store.pause(round).await;
            }
            let invitation = self.open_invitation(hash).await?;
            self.require_inviter_may_admit(&invitation).await?;
            let (person, now) = (&invitation.person, self.now());
            let transition =
                decline(person.version, &attempt, person, true, now).map_err(|InvitationDead| Error::Gone)?;
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: person.user, action: "invitation.declined", detail };
            let write = TransitionWrite { scope: invitation.scope, transition: &transition, audit, mail: None, now };
            if self.store.write_transition(&write).await? == Transitioned::Done {
                return Ok(());
            }
        }
        Err(kept_changing())
    }
}
