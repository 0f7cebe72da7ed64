//! Creating, listing and deleting service accounts, and resetting the tokens of service accounts. Only company admins
//! may manage service accounts.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;

use crate::{
    Error, InternalContext, Missing, Result, Usher,
    domain::{
        Act, CompanyId, EmailAddress, Message, PersonName, Profile, ProfileKind, ServiceAccount, UserId, UserIds,
        end_with_account,
    },
    operations::{Caller, accounts::authenticate::SERVICE_ACCOUNT_TOKEN_PREFIX},
    store::{self, IntegerIds},
};

/// How long a service-account token is valid, unless the token never expires: one year.
const TOKEN_TTL: SignedDuration = SignedDuration::from_hours(365 * 24);

/// How often the deletion of a service account reads the account's memberships. A further try to delete a service
/// account happens if another request changed a role of the account meanwhile.
const TRIES: u32 = 9;

/// A request to create a service account.
#[derive(Debug)]
pub struct NewServiceAccount {
    /// The name of the service account, which is unique in the company.
    pub name: String,
    /// The purpose of the service account, in the creator's words.
    pub description: Option<Message>,
    /// Whether the service account is ADMIN in every workspace of its company.
    pub account_admin: bool,
}

/// A service account, and the service-account token that was issued to the service account.
#[derive(Debug)]
pub struct IssuedToken {
    /// The service account.
    pub account: ServiceAccount,
    /// The service-account token. Only the response to the request that issued a service-account token shows the token.
    pub token: String,
    /// How long the service-account token is valid. `None` if the token never expires.
    pub lifetime: Option<SignedDuration>,
}

impl Usher {
    /// Creates a service account in the caller's company.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::Invalid`] for an invalid name,
    /// [`Error::Conflict`] if the company has a service account with this name.
    pub async fn create_service_account(&self, caller: &Caller, new: NewServiceAccount) -> Result<IssuedToken> {
        self.company_access(caller).await?.require_admin()?;
        let name = parse_name(&new.name)?;
        let company = self.existing_company(caller.company).await?;
        let mut tail = [0; 4];
        self.random().fill(&mut tail);
        let tail = u32::from_be_bytes(tail);
        let address = format!("{}-{tail:08x}@{}.iam.serviceaccount.com", new.name, company.name.slug());
        let address = EmailAddress::parse(&address)
            .map_err(|_| Error::internal("creating a service account: its address is invalid"))?;
        let number = self.store.take_integer_ids(IntegerIds { users: 1, ..IntegerIds::default() }).await?.users;
        let token = self.new_service_account_token();
        let account = ServiceAccount {
            id: UserId::random(self.random()),
            name: new.name,
            address,
            description: new.description,
            account_admin: new.account_admin,
            token: store::token_digest(&token),
            expires_at: Some(self.now() + TOKEN_TTL),
            created_at: self.now(),
        };
        let profile = profile_of(&account, name, number, caller.company);
        if self.store.create_service_account(&account, &profile, caller.user).await? {
            Ok(IssuedToken { account, token, lifetime: Some(TOKEN_TTL) })
        } else {
            Err(Error::conflict("name_taken", "The company has a service account of this name already."))
        }
    }

    /// The service accounts of the caller's company, sorted by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_service_accounts(&self, caller: &Caller) -> Result<Vec<ServiceAccount>> {
        self.company_access(caller).await?.require_admin()?;
        self.store.service_accounts(caller.company).await
    }

    /// Gives a service account a new token. The old token of the service account is invalid immediately.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] if the company has no service
    /// account with this id, [`Error::Conflict`] if another request reset the token at the same time.
    pub async fn reset_service_account_token(
        &self,
        caller: &Caller,
        id: UserId,
        never_expires: bool,
    ) -> Result<IssuedToken> {
        self.company_access(caller).await?.require_admin()?;
        let old = self.service_account(caller, id).await?;
        let now = self.now();
        let token = self.new_service_account_token();
        let lifetime = (!never_expires).then_some(TOKEN_TTL);
        let new = ServiceAccount {
            token: store::token_digest(&token),
            expires_at: lifetime.map(|lifetime| now + lifetime),
            ..old.clone()
        };
        if self.store.replace_token(caller.company, &old, &new, Act { actor: caller.user, at: now }).await? {
            Ok(IssuedToken { account: new, token, lifetime })
        } else {
            Err(Error::conflict("changed_meanwhile", "The token was reset by somebody else at the same time."))
        }
    }

    /// Deletes a service account. The token and the memberships of the service account are invalid immediately. If the
    /// deletion of a service account fails half-way, a repeated request continues the deletion.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] if the company has no service
    /// account with this id.
    pub async fn delete_service_account(&self, caller: &Caller, id: UserId) -> Result<()> {
        self.company_access(caller).await?.require_admin()?;
        let account = self.service_account(caller, id).await?;
        let act = Act { actor: caller.user, at: self.now() };
        self.store.disable_service_account(caller.company, &account, act).await?;
        self.end_memberships(&account, act).await?;
        self.store.remove_service_account(caller.company, &account).await
    }

    /// Ends the memberships of a deleted service account, one after the other. If other requests changed roles of the
    /// service account meanwhile, the operation reads the memberships and decides again, at most [`TRIES`] times in
    /// all.
    async fn end_memberships(&self, account: &ServiceAccount, act: Act) -> Result<()> {
        for _ in 0..TRIES {
            let mut has_conflicts = false;
            for membership in self.store.memberships(account.id).await? {
                let Some(workspace) = membership.workspace else { continue };
                let leaves = end_with_account(&membership);
                has_conflicts |= !self.store.end_account_membership(account, workspace, leaves, act).await?;
            }
            if !has_conflicts {
                return Ok(());
            }
        }
        let context = "deleting a service account: the roles of the account kept changing";
        Err(Error::Unavailable(InternalContext::new(context)))
    }

    async fn service_account(&self, caller: &Caller, id: UserId) -> Result<ServiceAccount> {
        const NOT_FOUND: Error = Error::NotFound(Missing::ServiceAccount);
        let profile = self.store.profile(id).await?.ok_or(NOT_FOUND)?;
        if profile.company != caller.company || profile.kind != ProfileKind::ServiceAccount {
            return Err(NOT_FOUND);
        }
        let account = self.store.service_account(caller.company, profile.first_name.as_ref()).await?;
        account.filter(|account| account.id == id).ok_or(NOT_FOUND)
    }

    fn new_service_account_token(&self) -> String {
        let mut bytes = [0; 32];
        self.random().fill(&mut bytes);
        format!("{SERVICE_ACCOUNT_TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The profile that a service account has as a user of its company.
fn profile_of(account: &ServiceAccount, name: PersonName, number: u32, company: CompanyId) -> Profile {
    let ids = UserIds { id: account.id, number };
    let new = Profile::new(ids, account.address.clone().into(), name, company, account.created_at);
    Profile { kind: ProfileKind::ServiceAccount, ..new }
}

/// Parses the name of a service account: 1 to 50 letters, digits, `-` and `_`. The limit of 50 characters keeps the
/// local part of the service account's address within 64 octets.
fn parse_name(name: &str) -> Result<PersonName> {
    let is_valid = (1..=50).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let invalid = || Error::invalid("invalid_name", "The name must be 1 to 50 letters, digits, '-' or '_'.");
    if is_valid { PersonName::parse(name).map_err(|_| invalid()) } else { Err(invalid()) }
}
