//! Signing up, or accepting an invitation, on the web page behind a mailed link. The web page shows the invitation even
//! if signing up or accepting fails.

use crate::{
    Result, Usher,
    domain::{InvitationHash, Password},
    operations::{AcceptedInvitation, InvitationView, SignUpByInvitation, SignedUp},
};

impl Usher {
    /// Signs an invited person up as [`Usher::sign_up_by_invitation`] does, and also returns the invitation.
    ///
    /// # Errors
    /// The errors of [`Usher::view_invitation`] and [`Usher::sign_up_by_invitation`].
    pub async fn follow_link_to_sign_up(&self, sign_up: SignUpByInvitation) -> Result<(InvitationView, SignedUp)> {
        let view = self.view_invitation(&sign_up.hash).await?;
        Ok((view, self.sign_up_by_invitation(sign_up).await?))
    }

    /// Accepts an invitation as [`Usher::accept_by_password`] does, and also returns the invitation. The inner `Result`
    /// is the result of accepting the invitation.
    ///
    /// # Errors
    /// The errors of [`Usher::view_invitation`].
    pub async fn follow_link_to_accept(
        &self,
        hash: &InvitationHash,
        password: Option<Password>,
    ) -> Result<(InvitationView, Result<AcceptedInvitation>)> {
        let view = self.view_invitation(hash).await?;
        Ok((view, self.accept_by_password(hash, password).await))
    }
}
