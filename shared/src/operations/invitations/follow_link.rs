//! Signing up or accepting on the page behind a mailed link. The page shows the invitation, whatever the result.

use crate::{
    Result, Usher,
    domain::{InvitationHash, Password},
    operations::{AcceptedInvitation, InvitationView, SignUpByInvitation, SignedUp},
};

impl Usher {
    /// As [`Usher::sign_up_by_invitation`], with the invitation.
    ///
    /// # Errors
    /// As [`Usher::view_invitation`] and [`Usher::sign_up_by_invitation`].
    pub async fn follow_link_to_sign_up(&self, sign_up: SignUpByInvitation) -> Result<(InvitationView, SignedUp)> {
        let view = self.view_invitation(&sign_up.hash).await?;
        Ok((view, self.sign_up_by_invitation(sign_up).await?))
    }

    /// As [`Usher::accept_by_password`], with the invitation. The inner result is the acceptance's.
    ///
    /// # Errors
    /// As [`Usher::view_invitation`].
    pub async fn follow_link_to_accept(
        &self,
        hash: &InvitationHash,
        password: Option<Password>,
    ) -> Result<(InvitationView, Result<AcceptedInvitation>)> {
        let view = self.view_invitation(hash).await?;
        Ok((view, self.accept_by_password(hash, password).await))
    }
}
