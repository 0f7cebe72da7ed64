//! Users and their profiles, the verified accounts of addresses, companies, integer ids and public keys.

use serde::Deserialize;

use crate::{
    Error, Result,
    domain::{
        CallerStanding, Company, CompanyId, Identifier, Identity, Membership, PasswordHash, Person, Profile, Scope,
        SignUp, UserId, WorkspaceId,
    },
    secrets::PublicKey,
    store::{
        AddressRecords, Store,
        accounts::unverified::verified_account_writes,
        audit::audit_log::{AuditEntry, audit_write},
        condition::{absent, equal},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        read::Found,
        transact::Transacted,
    },
};

/// One integer id, or one number of integer ids, for each kind: users, companies and workspaces. An integer id fits
/// into 31 bits.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct IntegerIds {
    /// The integer id of a user, or how many ids of users are taken.
    pub users: u32,
    /// The integer id of a company, or how many ids of companies are taken.
    pub companies: u32,
    /// The integer id of a workspace, or how many ids of workspaces are taken.
    pub workspaces: u32,
}

/// A company that a verified sign-up founds.
#[derive(Debug)]
pub struct Founding<'a> {
    /// The sign-up that founds the company. After the company is founded, the sign-up can't be used again.
    pub sign_up: &'a SignUp,
    /// The new company.
    pub company: &'a Company,
    /// The company's record of the founder.
    pub founder: &'a Person,
    /// The founder's account.
    pub profile: &'a Profile,
    /// The guest account at the founder's address, if there is one. The founding turns the guest account into the
    /// founder's account.
    pub guest: Option<&'a Identity>,
}

impl Store {
    /// Reads a user's profile and the user's roles in the company and in one workspace.
    pub async fn caller_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: Option<WorkspaceId>,
    ) -> Result<CallerStanding> {
        let keys = caller_keys(user, company, workspace);
        let mut found = self.get_many(keys).await?;
        take_caller_records(&mut found, user, company, workspace)
    }

    /// Reads the verified account of a person.
    pub async fn identity(&self, identifier: &Identifier) -> Result<Option<Identity>> {
        Ok(AddressRecords::read(self.get_item(&keys::identity(identifier)).await?, None)?.identity)
    }

    /// Reads the profile of a user.
    pub async fn profile(&self, user: UserId) -> Result<Option<Profile>> {
        self.get(&keys::profile(user)).await
    }

    /// Reads the profiles of users. Users that do not exist are left out.
    pub async fn profiles(&self, users: &[UserId]) -> Result<Vec<Profile>> {
        let mut found = self.get_many(users.iter().map(|user| keys::profile(*user)).collect()).await?;
        users.iter().filter_map(|user| found.take(&keys::profile(*user)).transpose()).collect()
    }

    /// Reads a company.
    pub async fn company(&self, id: CompanyId) -> Result<Option<Company>> {
        self.get(&keys::company(id)).await
    }

    /// Reads companies, in the order of `ids`. Companies that do not exist are left out.
    pub async fn companies(&self, ids: &[CompanyId]) -> Result<Vec<Company>> {
        let mut found = self.get_many(ids.iter().map(|id| keys::company(*id)).collect()).await?;
        ids.iter().filter_map(|id| found.take(&keys::company(*id)).transpose()).collect()
    }

    /// Reads a user's roles in all workspaces.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        let (pk, _) = keys::profile(user).into_parts();
        self.query(&pk, "M#W#", usize::MAX).await
    }

    /// Makes a workspace the current workspace of a user. If the user does not exist, nothing is written.
    pub async fn select_workspace(&self, user: UserId, workspace: WorkspaceId) -> Result<()> {
        let write = ConditionalWrite::update(keys::profile(user)).if_present().set("current_workspace", workspace);
        self.write(write).await.map(|_| ())
    }

    /// Replaces a password hash by a new hash of the same password, unless the user changed the password after the old
    /// hash was read.
    pub async fn rehash(&self, user: UserId, old: &PasswordHash, new: &PasswordHash) -> Result<()> {
        let write = ConditionalWrite::update(keys::profile(user)).expect(equal("password", old)).set("password", new);
        self.write(write).await.map(|_| ())
    }

    /// Takes consecutive integer ids of each kind; `taken` says how many. Returns the first id of each kind.
    pub async fn take_integer_ids(&self, taken: IntegerIds) -> Result<IntegerIds> {
        let write = ConditionalWrite::update(keys::numbers())
            .add("users", taken.users)
            .add("companies", taken.companies)
            .add("workspaces", taken.workspaces);
        let Written::Done(item) = self.write(write).await? else {
            return Err(Error::internal("store: an update without a condition was refused"));
        };
        let last: IntegerIds = from_item(item)?;
        if last.users > i32::MAX.unsigned_abs() {
            return Err(Error::internal("store: integer ids are used up"));
        }
        Ok(IntegerIds {
            users: last.users + 1 - taken.users,
            companies: last.companies + 1 - taken.companies,
            workspaces: last.workspaces + 1 - taken.workspaces,
        })
    }

    /// Creates a company with its first user, whose address is verified. Returns `false` if the sign-up was already
    /// used, or if the address got an account after the sign-up read the accounts of the address. An account with a
    /// temporary password counts too.
    pub async fn found_company(&self, founding: &Founding<'_>) -> Result<bool> {
        let Founding { sign_up, company, founder, profile, guest } = *founding;
        let scope = Scope::Company(company.id);
        let audit_entry = AuditEntry::new(company.created_at, profile.id, "company.founded");
        let mut writes = vec![
            ConditionalWrite::delete(keys::sign_up(&sign_up.address, sign_up.id)).if_present(),
            claim_address(profile),
            ConditionalWrite::put(&keys::company(company.id), company).if_absent(),
            ConditionalWrite::put(&keys::person(scope, &founder.identifier()), founder),
            ConditionalWrite::put(&keys::membership(profile.id, scope), Membership::new(founder.role, scope)),
            audit_write(scope, &audit_entry, self.random()),
        ];
        writes.extend(verified_account_writes(profile, guest, company.created_at));
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }

    /// Publishes the public key of access tokens, so that others can verify access tokens.
    pub async fn publish_key(&self, key: &PublicKey) -> Result<()> {
        self.write(ConditionalWrite::put(&keys::public_key(&key.kid), key)).await.map(|_| ())
    }

    /// Reads the published public key with this key id (`kid`).
    pub async fn public_key(&self, kid: &str) -> Result<Option<PublicKey>> {
        self.get(&keys::public_key(kid)).await
    }

    /// Reads all published public keys of access tokens.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let (pk, _) = keys::numbers().into_parts();
        self.query(&pk, "KEY#", usize::MAX).await
    }
}

/// The write that assigns an address to a user, unless the address already has a verified account. The item of the
/// address keeps its other attributes, such as a suppression.
pub(in crate::store) fn claim_address(profile: &Profile) -> ConditionalWrite {
    ConditionalWrite::update(keys::identity(&profile.identifier()))
        .expect(absent("user"))
        .set_all(Identity::of(profile))
}

/// The keys of the records that [`take_caller_records`] takes.
pub(in crate::store) fn caller_keys(
    user: UserId,
    company: CompanyId,
    workspace: Option<WorkspaceId>,
) -> Vec<keys::Key> {
    let mut keys = vec![keys::profile(user), keys::membership(user, Scope::Company(company))];
    keys.extend(workspace.map(|id| keys::membership(user, Scope::Workspace(id))));
    keys
}

/// Takes a user's profile and roles from items that were read together.
pub(in crate::store) fn take_caller_records(
    found: &mut Found,
    user: UserId,
    company: CompanyId,
    workspace: Option<WorkspaceId>,
) -> Result<CallerStanding> {
    let workspace = workspace.map(|id| found.take(&keys::membership(user, Scope::Workspace(id)))).transpose()?;
    Ok(CallerStanding {
        profile: found.take(&keys::profile(user))?,
        company: found.take(&keys::membership(user, Scope::Company(company)))?,
        workspace: workspace.flatten(),
    })
}
