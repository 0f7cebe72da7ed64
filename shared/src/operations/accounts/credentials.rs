//! Checking a password. Every use case that asks for a password checks the password with the same functions, so that
//! all attempts to give a password count towards one limit.

use crate::{
    Error, Result, Usher,
    domain::{EmailAddress, Password, PasswordHash, Profile, UserCode, UserId},
    operations::{limits::attempts::AttemptLimit, log},
};

/// The largest number of wrong passwords for one login identifier within a window. Wrong passwords for a login
/// identifier without an account count too, so that the limit doesn't reveal which identifiers have accounts.
const MAX_WRONG_PASSWORDS: u32 = 10;

/// The login identifier: the address or the user code that a person gives besides the password to log in.
#[derive(Debug)]
pub enum LoginIdentifier {
    /// The login identifier is the address, for a person without a user code.
    Address(EmailAddress),
    /// The login identifier is the person's user code.
    Code(UserCode),
}

impl LoginIdentifier {
    /// The login identifier of the user of this profile.
    pub(in crate::operations) fn of(profile: &Profile) -> Self {
        match &profile.user_code {
            Some(code) => Self::Code(code.clone()),
            None => Self::Address(profile.address.clone()),
        }
    }

    /// The subject under which the attempts for this login identifier are counted. The subject of a user code starts
    /// with a space. No address starts with a space, so an address and a user code never share a counter.
    fn subject(&self) -> String {
        match self {
            Self::Address(address) => address.canonical().to_owned(),
            Self::Code(code) => format!(" {}", code.as_ref()),
        }
    }
}

impl Usher {
    /// The profile of the account that has this login identifier and password, if `allowed` admits the account. The
    /// attempt to give a password is counted before the passwords are compared, so that parallel attempts can't exceed
    /// the limit.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the identifier and the password don't belong together or `allowed` doesn't admit
    /// the account; [`Error::TooMany`] after ten wrong passwords.
    pub(in crate::operations) async fn check_credentials(
        &self,
        identifier: &LoginIdentifier,
        password: Option<Password>,
        allowed: impl Fn(&Profile) -> bool,
    ) -> Result<Profile> {
        let subject = self.count_password_attempt(identifier).await?;
        let profile = self.active_profile(identifier).await?;
        let hash = profile.as_ref().and_then(|profile| profile.password.clone());
        let checked = hash.clone().unwrap_or_else(|| PasswordHash::dummy().clone());
        let matches = match password.clone() {
            Some(password) => self.verify_password(password, checked).await?,
            None => false,
        };
        let (Some(profile), Some(hash), Some(password), true) = (profile, hash, password, matches) else {
            return Err(wrong_credentials());
        };
        if !allowed(&profile) {
            return Err(wrong_credentials());
        }
        self.give_back_attempt(&password_limit(&subject)).await?;
        log::company(profile.company);
        if hash.needs_rehash() {
            let new = self.hash_password(password).await?;
            self.store.rehash(profile.id, &hash, &new).await?;
        }
        Ok(profile)
    }

    /// Whether `password` is the caller's own password, whose hash is `hash`. The attempt to give the password is
    /// counted as in [`Usher::check_credentials`].
    ///
    /// # Errors
    /// [`Error::TooMany`] after ten wrong passwords.
    pub(in crate::operations) async fn check_own_password(
        &self,
        profile: &Profile,
        hash: &PasswordHash,
        password: Option<Password>,
    ) -> Result<bool> {
        let subject = self.count_password_attempt(&LoginIdentifier::of(profile)).await?;
        let matches = match password {
            Some(password) => self.verify_password(password, hash.clone()).await?,
            None => false,
        };
        if matches {
            self.give_back_attempt(&password_limit(&subject)).await?;
        }
        Ok(matches)
    }

    /// Counts an attempt to give the password of a login identifier, and returns the subject under which the attempt
    /// was counted.
    async fn count_password_attempt(&self, identifier: &LoginIdentifier) -> Result<String> {
        let subject = identifier.subject();
        self.count_attempt(&password_limit(&subject)).await?;
        Ok(subject)
    }

    async fn active_profile(&self, identifier: &LoginIdentifier) -> Result<Option<Profile>> {
        let accounts = match identifier {
            LoginIdentifier::Address(address) => self.store.accounts(&address.clone().into()).await?,
            LoginIdentifier::Code(code) => self.store.accounts_of_code(code).await?,
        };
        let identity = accounts.into_either();
        // If the login identifier has no account, the profile of a random user id is looked up. The response to a login
        // without an account then takes as long as the response to a login with an account.
        let user = identity.map_or_else(|| UserId::random(self.random()), |identity| identity.user);
        let profile = self.store.profile(user).await?;
        Ok(profile.filter(Profile::is_active))
    }
}

fn password_limit(subject: &str) -> AttemptLimit<'_> {
    AttemptLimit {
        kind: "log-ins",
        subject,
        max: MAX_WRONG_PASSWORDS,
        message: "Too many tries. Wait, then try again.",
    }
}

/// The error for every login that fails. The error is the same for whatever reason the login fails, so that the error
/// doesn't reveal which accounts exist.
pub(in crate::operations) fn wrong_credentials() -> Error {
    Error::unauthenticated("invalid_credentials", "E-mail address or password is wrong.")
}
