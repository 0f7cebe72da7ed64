//! Registering by an invitation, and being logged in with it.

use crate::{
    Result, Usher,
    operations::{LoggedIn, SignUpByInvitation},
};

impl Usher {
    /// As [`Usher::join`], and logs the new user in.
    ///
    /// # Errors
    /// As [`Usher::join`].
    pub async fn join_and_log_in(&self, join: SignUpByInvitation) -> Result<LoggedIn> {
        let joined = self.join(join).await?;
        let token = self.issue_token(&joined.profile, joined.role, None).await?;
        Ok(LoggedIn { profile: joined.profile, role: joined.role, token, must_change_password: false })
    }
}
