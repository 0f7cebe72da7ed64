//! Logging in, with the profile for the response.

use crate::{
    Result, Usher,
    operations::{LogIn, LoggedIn, OwnProfile},
};

impl Usher {
    /// Logs a user in as [`Usher::log_in`] does, and also returns the user's profile.
    ///
    /// # Errors
    /// The errors of [`Usher::log_in`].
    pub async fn log_in_with_profile(&self, log_in: LogIn) -> Result<(LoggedIn, OwnProfile)> {
        let logged_in = self.log_in(log_in).await?;
        let profile = self.profile_after_log_in(&logged_in).await?;
        Ok((logged_in, profile))
    }
}
