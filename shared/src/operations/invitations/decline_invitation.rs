//! Saying no to an invitation: whoever has its hash may.

use crate::{Error, Result, Usher, domain::InvitationHash};

impl Usher {
    /// Declines the invitation that the hash opens.
    ///
    /// # Errors
    /// [`Error::Gone`] for every hash that [`Usher::view_invitation`] doesn't show; nothing is changed then.
    pub async fn decline_invitation(&self, hash: &InvitationHash) -> Result<()> {
        let open = self.open_invitation(hash).await?;
        self.inviter_may_still(&open).await?;
        let declined = self.store.decline(open.of, &open.person, self.now(), self.random()).await?;
        if declined { Ok(()) } else { Err(Error::Gone) }
    }
}
