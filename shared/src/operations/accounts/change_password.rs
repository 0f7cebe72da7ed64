//! Changing the caller's own password.

use crate::{
    Error, Result, Usher,
    domain::{Password, PasswordHash},
    operations::accounts::caller::Caller,
};

impl Usher {
    /// Replaces the caller's password. The caller's sessions stay valid. A wrong old password counts towards the same
    /// limit as a wrong password at logging in.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the old password is wrong, or if the new password equals a temporary password;
    /// [`Error::TooMany`] after ten wrong passwords; [`Error::Conflict`] if another request changed the password at the
    /// same time.
    pub async fn change_password(&self, caller: &Caller, old: Option<Password>, new: Password) -> Result<()> {
        let mut profile = self.company_access(caller).await?.profile;
        let hash = profile.password.take().unwrap_or_else(|| PasswordHash::dummy().clone());
        let is_unchanged = old.as_ref() == Some(&new);
        if !self.check_own_password(&profile, &hash, old).await? {
            return Err(Error::invalid("invalid_password", "The old password is wrong."));
        }
        if profile.temporary_password && is_unchanged {
            return Err(Error::invalid(
                "invalid_password",
                "The password that was given is to be replaced by another.",
            ));
        }
        let new = self.hash_password(new).await?;
        if self.store.change_password(profile.id, &hash, &new).await? {
            return Ok(());
        }
        Err(Error::conflict("changed_meanwhile", "The password was changed by another request at the same time."))
    }
}
