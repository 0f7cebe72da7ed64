//! An access token for address or code, and password.

use crate::{
    Error, Result, Usher,
    domain::{EmailAddress, Password, PasswordHash, Profile, Role, UserCode, UserId, WorkspaceId},
    operations::log,
    secrets::Claims,
};

/// Wrong passwords that one address or code, known or not, has within a window.
pub(in crate::operations) const MAX_TRIES: u32 = 10;

/// What a person is known by when they log in.
#[derive(Debug)]
pub enum LoginName {
    /// Their address, if they have no code.
    Address(EmailAddress),
    /// Their code.
    Code(UserCode),
}

impl LoginName {
    /// What somebody logs in with.
    pub(in crate::operations) fn of(profile: &Profile) -> Self {
        match &profile.user_code {
            Some(code) => Self::Code(code.clone()),
            None => Self::Address(profile.address.clone()),
        }
    }

    /// What tries are counted by: no address begins with a space.
    pub(in crate::operations) fn subject(&self) -> String {
        match self {
            Self::Address(address) => address.canonical().to_owned(),
            Self::Code(code) => format!(" {}", code.as_ref()),
        }
    }
}

/// What logging in takes.
#[derive(Debug)]
pub struct LogIn {
    /// Who; `None` for what can't be anybody's.
    pub who: Option<LoginName>,
    /// Their password; `None` for what can't be anybody's.
    pub password: Option<Password>,
    /// The one workspace of somebody who may belong to no other: they must name it.
    pub exclusive_to: Option<WorkspaceId>,
}

/// Somebody who logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Their profile.
    pub profile: Profile,
    /// Their role in their company.
    pub role: Role,
    /// Their access token: a secret.
    pub token: String,
    /// Whether their password is one that somebody else chose.
    pub must_change_password: bool,
}

fn wrong_credentials() -> Error {
    Error::unauthenticated("invalid_credentials", "E-mail address or password is wrong.")
}

impl Usher {
    /// Logs in. Somebody unknown takes as long as a wrong password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if person and password don't belong together, or an exclusive user doesn't name their
    /// workspace; [`Error::TooMany`] after ten wrong ones.
    pub async fn log_in(&self, log_in: LogIn) -> Result<LoggedIn> {
        let LogIn { who, password, exclusive_to } = log_in;
        let Some(who) = who else { return Err(wrong_credentials()) };
        let allowed = |profile: &Profile| profile.exclusive_to.is_none() || profile.exclusive_to == exclusive_to;
        let profile = self.check_credentials(&who, password, allowed).await?;
        let standing = self.store.caller_records(profile.id, profile.company, None).await?;
        let role = standing.company.map_or(Role::Viewer, |membership| membership.role);
        let token = self.issue_token(&profile, role, None).await?;
        let must_change_password = profile.temporary_password;
        Ok(LoggedIn { profile, role, token, must_change_password })
    }

    /// Whose these credentials are, if they are allowed here. Tries are counted before they are compared.
    pub(in crate::operations) async fn check_credentials(
        &self,
        who: &LoginName,
        password: Option<Password>,
        allowed: impl Fn(&Profile) -> bool,
    ) -> Result<Profile> {
        let subject = who.subject();
        self.brake("log-ins", &subject, MAX_TRIES, "Too many tries. Wait, then try again.").await?;
        let profile = self.profile_of(who).await?;
        let hash = profile.as_ref().and_then(|profile| profile.password.clone());
        let checked = hash.clone().unwrap_or_else(|| PasswordHash::dummy().clone());
        let matches = match password.clone() {
            Some(password) => self.check_password(password, checked).await?,
            None => false,
        };
        let (Some(profile), Some(hash), Some(password), true) = (profile, hash, password, matches) else {
            return Err(wrong_credentials());
        };
        if !allowed(&profile) {
            return Err(wrong_credentials());
        }
        self.release_brake("log-ins", &subject, MAX_TRIES).await?;
        log::company(profile.company);
        if hash.needs_rehash() {
            let new = self.hash_password(password).await?;
            self.store.rehash(profile.id, &hash, &new).await?;
        }
        Ok(profile)
    }

    async fn profile_of(&self, who: &LoginName) -> Result<Option<Profile>> {
        let accounts = match who {
            LoginName::Address(address) => self.store.accounts(&address.clone().into()).await?,
            LoginName::Code(code) => self.store.accounts_of_code(code).await?,
        };
        let identity = accounts.into_either();
        // Of somebody unknown somebody is looked up too, who isn't there: the time tells nothing.
        let user = identity.map_or_else(|| UserId::random(self.random()), |identity| identity.user);
        let profile = self.store.profile(user).await?;
        Ok(profile.filter(Profile::is_active))
    }

    /// An access token; one that was issued for a secret dies with it.
    pub(in crate::operations) async fn issue_token(
        &self,
        profile: &Profile,
        role: Role,
        secret: Option<String>,
    ) -> Result<String> {
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
            epoch: profile.epoch,
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
