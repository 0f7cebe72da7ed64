//! Saying no to an invitation: anybody who has its hash may.

use crate::{
    Error, Result, Usher,
    domain::{InvitationDead, InvitationHash, decline},
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often an invitation that changed meanwhile is read and decided again.
const TRIES: u32 = 3;

impl Usher {
    /// Declines the invitation that the hash opens.
    ///
    /// # Errors
    /// [`Error::Gone`] for every hash that [`Usher::view_invitation`] doesn't show; nothing is changed then.
    pub async fn decline_invitation(&self, hash: &InvitationHash) -> Result<()> {
        let attempt = self.random().uuid().to_string();
        for _ in 0..TRIES {
            let open = self.open_invitation(hash).await?;
            self.inviter_may_still(&open).await?;
            let (person, now) = (&open.person, self.now());
            let transition =
                decline(person.version, &attempt, person, true, now).map_err(|InvitationDead| Error::Gone)?;
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: person.user, action: "invitation.declined", detail };
            let write = TransitionWrite { of: open.of, transition: &transition, audit, mail: None, now };
            if self.store.write_transition(&write, self.random()).await? == Transitioned::Done {
                return Ok(());
            }
        }
        Err(Error::Gone)
    }
}
