//! Companies, users, and the addresses that are theirs.

use serde::Deserialize;

use crate::{
    Error, Result,
    domain::{
        CallerStanding, Company, CompanyId, Identifier, Identity, Membership, PasswordHash, Person, Profile, Random,
        Scope, SignUp, UserId, WorkspaceId,
    },
    secrets::PublicKey,
    store::{
        Known, Store,
        accounts::unverified::verified,
        audit::audit_log::{Entry, entry},
        condition::{absent, equal},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        read::Found,
    },
};

/// Integer ids of each kind: they fit in 31 bits.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Numbers {
    /// Users'.
    pub users: u32,
    /// Companies'.
    pub companies: u32,
    /// Workspaces'.
    pub workspaces: u32,
}

impl Store {
    /// A user's profile, and their roles in their company and in one workspace.
    pub async fn caller_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: Option<WorkspaceId>,
    ) -> Result<CallerStanding> {
        let keys = caller_keys(user, company, workspace);
        let mut found = self.get_many(keys).await?;
        take_records(&mut found, user, company, workspace)
    }

    /// The account of a person.
    pub async fn identity(&self, of: &Identifier) -> Result<Option<Identity>> {
        Ok(Known::read(self.get_item(&keys::identity(of)).await?, None)?.identity)
    }

    /// A user.
    pub async fn profile(&self, user: UserId) -> Result<Option<Profile>> {
        self.get(&keys::profile(user)).await
    }

    /// These users; those that aren't there are left out.
    pub async fn profiles(&self, users: &[UserId]) -> Result<Vec<Profile>> {
        let mut found = self.get_many(users.iter().map(|user| keys::profile(*user)).collect()).await?;
        users.iter().filter_map(|user| found.take(&keys::profile(*user)).transpose()).collect()
    }

    /// A company.
    pub async fn company(&self, id: CompanyId) -> Result<Option<Company>> {
        self.get(&keys::company(id)).await
    }

    /// These companies, in the order asked for; those that aren't there are left out.
    pub async fn companies(&self, ids: &[CompanyId]) -> Result<Vec<Company>> {
        let mut found = self.get_many(ids.iter().map(|id| keys::company(*id)).collect()).await?;
        ids.iter().filter_map(|id| found.take(&keys::company(*id)).transpose()).collect()
    }

    /// A user's roles in workspaces.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        let (pk, _) = keys::profile(user).into_parts();
        self.query(&pk, "M#W#", usize::MAX).await
    }

    /// Makes a workspace a user's current one, for as long as there is such a user.
    pub async fn select_workspace(&self, user: UserId, workspace: WorkspaceId) -> Result<()> {
        let change = ConditionalWrite::update(keys::profile(user)).if_present().set("current_workspace", workspace);
        self.write(change).await.map(|_| ())
    }

    /// Replaces a password's hash by one of the same password, unless the password was changed meanwhile.
    pub async fn rehash(&self, user: UserId, old: &PasswordHash, new: &PasswordHash) -> Result<()> {
        let change = ConditionalWrite::update(keys::profile(user)).expect(equal("password", old)).set("password", new);
        self.write(change).await.map(|_| ())
    }

    /// Takes integer ids, in a row of each kind. Answers the first of each.
    pub async fn take_numbers(&self, taken: Numbers) -> Result<Numbers> {
        let change = ConditionalWrite::update(keys::numbers())
            .add("users", taken.users)
            .add("companies", taken.companies)
            .add("workspaces", taken.workspaces);
        let Written::Done(item) = self.write(change).await? else {
            return Err(Error::internal("store: an update without a condition was refused"));
        };
        let last: Numbers = from_item(item)?;
        if last.users > i32::MAX.unsigned_abs() {
            return Err(Error::internal("store: integer ids are used up"));
        }
        Ok(Numbers {
            users: last.users + 1 - taken.users,
            companies: last.companies + 1 - taken.companies,
            workspaces: last.workspaces + 1 - taken.workspaces,
        })
    }

    /// Founds a company with its first user, who verified an address. `false` if the sign-up was already used or the
    /// address got an account meanwhile, be it one with a temporary password.
    pub async fn found(
        &self,
        sign_up: &SignUp,
        company: &Company,
        founder: &Person,
        profile: &Profile,
        unverified: Option<&Identity>,
        random: &dyn Random,
    ) -> Result<bool> {
        let of = Scope::Company(company.id);
        let told = Entry::new(company.created_at, profile.id, "company.founded");
        let mut changes = vec![
            ConditionalWrite::delete(keys::sign_up(&sign_up.address, sign_up.id)).if_present(),
            claim_address(profile),
            ConditionalWrite::put(&keys::company(company.id), company).if_absent(),
            ConditionalWrite::put(&keys::person(of, &founder.identifier()), founder),
            ConditionalWrite::put(&keys::membership(profile.id, of), Membership::new(founder.role, of)),
            entry(of, &told, random),
        ];
        changes.extend(verified(profile, unverified, company.created_at));
        Ok(matches!(self.transact(changes).await?, crate::store::transact::Transacted::Done))
    }

    /// Makes a key known to those who verify.
    pub async fn publish_key(&self, key: &PublicKey) -> Result<()> {
        self.write(ConditionalWrite::put(&keys::public_key(&key.kid), key)).await.map(|_| ())
    }

    /// A published key.
    pub async fn public_key(&self, kid: &str) -> Result<Option<PublicKey>> {
        self.get(&keys::public_key(kid)).await
    }

    /// All published keys.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let (pk, _) = keys::numbers().into_parts();
        self.query(&pk, "KEY#", usize::MAX).await
    }
}

/// Makes an address a user's, unless it is somebody's. What else is known of the address stays.
pub(in crate::store) fn claim_address(profile: &Profile) -> ConditionalWrite {
    ConditionalWrite::update(keys::identity(&profile.identifier()))
        .expect(absent("user"))
        .set_all(Identity::of(profile))
}

pub(in crate::store) fn caller_keys(
    user: UserId,
    company: CompanyId,
    workspace: Option<WorkspaceId>,
) -> Vec<keys::Key> {
    let mut keys = vec![keys::profile(user), keys::membership(user, Scope::Company(company))];
    keys.extend(workspace.map(|id| keys::membership(user, Scope::Workspace(id))));
    keys
}

pub(in crate::store) fn take_records(
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
