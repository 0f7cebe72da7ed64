//! An access token for address and password.

use crate::{
    Error, Result, Usher,
    domain::{EmailAddress, Password, PasswordHash, Role, UserId},
    secrets::Claims,
    store::Profile,
};

use super::log;

/// Wrong passwords that one address, known or not, has within a window.
const MOST_TRIES: u32 = 10;

/// Somebody who logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Their profile.
    pub profile: Profile,
    /// Their role in their company.
    pub role: Role,
    /// Their access token: a secret.
    pub token: String,
}

fn wrong_credentials() -> Error {
    Error::unauthenticated("invalid_credentials", "E-mail address or password is wrong.")
}

impl Usher {
    /// Logs in. An unknown address takes as long as a wrong password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if address and password don't belong together, [`Error::TooMany`] after ten wrong
    /// ones.
    pub async fn log_in(&self, address: Option<EmailAddress>, password: Option<Password>) -> Result<LoggedIn> {
        let Some(address) = address else { return Err(wrong_credentials()) };
        self.brake("log-ins", &address, MOST_TRIES, "Too many tries. Wait, then try again.").await?;
        let profile = self.profile_of(&address).await?;
        let hash = profile.as_ref().and_then(|profile| profile.password.clone());
        let checked = hash.clone().unwrap_or_else(|| PasswordHash::dummy().clone());
        let matches = match password.clone() {
            Some(password) => self.check_password(password, checked).await?,
            None => false,
        };
        let (Some(profile), Some(hash), Some(password), true) = (profile, hash, password, matches) else {
            return Err(wrong_credentials());
        };
        self.release_brake("log-ins", &address, MOST_TRIES).await?;
        log::company(profile.company);
        if hash.needs_rehash() {
            let new = self.hash_password(password).await?;
            self.store.rehash(profile.id, &hash, &new).await?;
        }
        let standing = self.store.caller_records(profile.id, profile.company, None).await?;
        let role = standing.company.map_or(Role::Viewer, |membership| membership.role);
        let token = self.issue_token(&profile, role, None).await?;
        Ok(LoggedIn { profile, role, token })
    }

    async fn profile_of(&self, address: &EmailAddress) -> Result<Option<Profile>> {
        let identity = self.store.identity(&address.clone().into()).await?;
        // Of an unknown address somebody is looked up too, who isn't there: the time tells nothing.
        let user = identity.map_or_else(|| UserId::random(self.random()), |identity| identity.user);
        let profile = self.store.profile(user).await?;
        Ok(profile.filter(Profile::is_active))
    }

    /// An access token; one that was issued for a secret dies with it.
    pub(super) async fn issue_token(&self, profile: &Profile, role: Role, secret: Option<String>) -> Result<String> {
        let now = self.now();
        let company = self.store.company(profile.company).await?;
        let claims = Claims {
            sub: profile.id,
            company: profile.company,
            company_number: company.map_or(0, |company| company.number),
            user_number: profile.number,
            roles: vec![role.name().to_owned()],
            permissions: role.permissions().iter().map(|permission| permission.name().to_owned()).collect(),
            secret,
            iat: now.as_second(),
            exp: now.as_second() + self.parameters.access_token_ttl.as_secs(),
        };
        let signed = self.secrets.sign(&claims, now).await?;
        let lifetime = self.parameters.access_token_ttl;
        let published = self.keys.read().await.get(&signed.key.kid).is_some_and(|key| !key.is_stale(now, lifetime));
        if !published {
            self.store.publish_key(&signed.key).await?;
            self.keys.write().await.insert(signed.key.kid.clone(), signed.key);
        }
        Ok(signed.token)
    }
}
