//! Changing one's own password.

use crate::{
    Error, Result, Usher,
    domain::{Password, PasswordHash},
    operations::{
        Caller,
        accounts::log_in::{LoginName, MAX_TRIES},
    },
};

impl Usher {
    /// Replaces the caller's password; what they are logged in with stays good. Wrong passwords are counted with those of
    /// logging in.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the old password is wrong, or a temporary one is to stay, [`Error::TooMany`] after ten wrong ones,
    /// [`Error::Conflict`] if it was changed by another request meanwhile.
    pub async fn change_password(&self, caller: &Caller, old: Option<Password>, new: Password) -> Result<()> {
        let profile = self.company_access(caller).await?.profile;
        let subject = LoginName::of(&profile).subject();
        self.brake("log-ins", &subject, MAX_TRIES, "Too many tries. Wait, then try again.").await?;
        let hash = profile.password.unwrap_or_else(|| PasswordHash::dummy().clone());
        let stays = old.as_ref() == Some(&new);
        let matches = match old {
            Some(old) => self.check_password(old, hash.clone()).await?,
            None => false,
        };
        if !matches {
            return Err(Error::invalid("invalid_password", "The old password is wrong."));
        }
        self.release_brake("log-ins", &subject, MAX_TRIES).await?;
        if profile.temporary_password && stays {
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
