//! Signing up by an invitation, with a login in the same step.

use crate::{
    Result, Usher,
    operations::{LoggedIn, SignUpByInvitation},
};

impl Usher {
    /// Signs a user up as [`Usher::sign_up_by_invitation`] does, and logs the user in.
    ///
    /// # Errors
    /// The errors of [`Usher::sign_up_by_invitation`].
    pub async fn join_and_log_in(&self, request: SignUpByInvitation) -> Result<LoggedIn> {
        let signed_up = self.sign_up_by_invitation(request).await?;
        let token = self.issue_access_token(&signed_up.profile, signed_up.role, None).await?;
        Ok(LoggedIn { profile: signed_up.profile, role: signed_up.role, token, must_change_password: false })
    }
}
