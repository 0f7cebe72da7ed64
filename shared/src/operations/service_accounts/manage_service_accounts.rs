//! Service accounts: programs that call with a token of their own. Only company admins manage them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;

use crate::{
    Error, Missing, Result, Usher,
    domain::{EmailAddress, Message, PersonName, Profile, ProfileKind, ProfileStatus, ServiceAccount, UserId},
    operations::{Caller, accounts::authenticate::OPAQUE_PREFIX},
    store::{self, Numbers},
};

/// How long a token is good, unless it never expires: a year.
const TOKEN_TTL: SignedDuration = SignedDuration::from_hours(365 * 24);

/// What a service account is made of.
#[derive(Debug)]
pub struct NewServiceAccount {
    /// Its name, unique in the company.
    pub name: String,
    /// What it is for.
    pub description: Option<Message>,
    /// Whether it is ADMIN in every workspace of its company.
    pub account_admin: bool,
}

/// A service account with its new token.
#[derive(Debug)]
pub struct NewToken {
    /// The service account.
    pub account: ServiceAccount,
    /// The token: shown this once.
    pub token: String,
    /// How long it is good; for ever if `None`.
    pub lifetime: Option<SignedDuration>,
}

impl Usher {
    /// Makes a service account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::Invalid`] for a bad name,
    /// [`Error::Conflict`] if the company has one of that name.
    pub async fn create_service_account(&self, caller: &Caller, new: NewServiceAccount) -> Result<NewToken> {
        let access = self.company_access(caller).await?;
        access.require_admin()?;
        let name = service_account_name(&new.name)?;
        let company =
            self.store.company(caller.company).await?.ok_or_else(|| Error::internal("its company is gone"))?;
        let mut tail = [0; 4];
        self.random().fill(&mut tail);
        let address =
            format!("{}-{:08x}@{}.iam.serviceaccount.com", new.name, u32::from_be_bytes(tail), company.name.slug());
        let address =
            EmailAddress::parse(&address).map_err(|_| Error::internal("service accounts: its address isn't one"))?;
        let number = self.store.take_numbers(Numbers { users: 1, ..Numbers::default() }).await?.users;
        let token = self.new_token();
        let account = ServiceAccount {
            id: UserId::random(self.random()),
            name: new.name,
            address: address.clone(),
            description: new.description,
            account_admin: new.account_admin,
            token: store::token_digest(&token),
            expires_at: Some(self.now() + TOKEN_TTL),
            created_at: self.now(),
        };
        let profile = Profile {
            id: account.id,
            number,
            address,
            user_code: None,
            first_name: name,
            last_name: None,
            company: caller.company,
            password: None,
            kind: ProfileKind::ServiceAccount,
            status: ProfileStatus::Active,
            unverified: false,
            temporary_password: false,
            exclusive_to: None,
            epoch: 0,
            current_workspace: None,
            created_at: account.created_at,
        };
        if self.store.create_service_account(&account, &profile, caller.user, self.random()).await? {
            Ok(NewToken { account, token, lifetime: Some(TOKEN_TTL) })
        } else {
            Err(Error::conflict("name_taken", "The company has a service account of this name already."))
        }
    }

    /// The company's service accounts, by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_service_accounts(&self, caller: &Caller) -> Result<Vec<ServiceAccount>> {
        self.company_access(caller).await?.require_admin()?;
        self.store.service_accounts(caller.company).await
    }

    /// Gives a service account a new token; the old one is dead at once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] for an id that isn't one of the
    /// company's, [`Error::Conflict`] if somebody else did the same at the same time.
    pub async fn reset_service_account_token(
        &self,
        caller: &Caller,
        id: UserId,
        never_expires: bool,
    ) -> Result<NewToken> {
        self.company_access(caller).await?.require_admin()?;
        let old = self.service_account(caller, id).await?;
        let now = self.now();
        let token = self.new_token();
        let lifetime = (!never_expires).then_some(TOKEN_TTL);
        let new = ServiceAccount {
            token: store::token_digest(&token),
            expires_at: lifetime.map(|lifetime| now + lifetime),
            ..old.clone()
        };
        if self.store.replace_token(caller.company, &old, &new, caller.user, now, self.random()).await? {
            Ok(NewToken { account: new, token, lifetime })
        } else {
            Err(Error::conflict("changed_meanwhile", "The token was reset by somebody else at the same time."))
        }
    }

    /// Removes a service account; its token and memberships are dead at once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] for an id that isn't one of the
    /// company's.
    pub async fn delete_service_account(&self, caller: &Caller, id: UserId) -> Result<()> {
        self.company_access(caller).await?.require_admin()?;
        let account = self.service_account(caller, id).await?;
        self.store.delete_service_account(caller.company, &account, caller.user, self.now(), self.random()).await
    }

    async fn service_account(&self, caller: &Caller, id: UserId) -> Result<ServiceAccount> {
        const MISSING: Error = Error::NotFound(Missing::ServiceAccount);
        let profile = self.store.profile(id).await?.ok_or(MISSING)?;
        if profile.company != caller.company || profile.kind != ProfileKind::ServiceAccount {
            return Err(MISSING);
        }
        let account = self.store.service_account(caller.company, profile.first_name.as_ref()).await?;
        account.filter(|account| account.id == id).ok_or(MISSING)
    }

    fn new_token(&self) -> String {
        let mut bytes = [0; 32];
        self.random().fill(&mut bytes);
        format!("{OPAQUE_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Letters, digits, `-` and `_`; 1 to 50, so that the address's local part stays within 64 octets.
fn service_account_name(name: &str) -> Result<PersonName> {
    let good = (1..=50).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let bad = || Error::invalid("invalid_name", "The name must be 1 to 50 letters, digits, '-' or '_'.");
    if good { PersonName::parse(name).map_err(|_| bad()) } else { Err(bad()) }
}
