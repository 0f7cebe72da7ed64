//! Users' profiles, the verified accounts of addresses, the counters of integer ids, and the public keys of access
//! tokens, as the table stores them.

use serde::Deserialize;

use crate::{
    Error, Result,
    domain::{Identifier, Identity, PasswordHash, Profile, UserId, WorkspaceId},
    secrets::PublicKey,
    store::{
        AddressRecords, Store,
        condition::{absent, equal},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
    },
};

/// One integer id, or one number of integer ids, for each kind of entity that has integer ids: users, companies and
/// workspaces. An integer id fits into 31 bits.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct IntegerIds {
    /// The integer id of a user, or how many ids of users are taken.
    pub users: u32,
    /// The integer id of a company, or how many ids of companies are taken.
    pub companies: u32,
    /// The integer id of a workspace, or how many ids of workspaces are taken.
    pub workspaces: u32,
}

impl Store {
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

    /// Takes consecutive integer ids for users, companies and workspaces; `taken` says how many of each kind. Returns
    /// the first integer id of each kind.
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

    /// Publishes the public key of access tokens, so that other functions and clients can verify access tokens.
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

/// The write that assigns an address to a user, unless the address already has a verified account. The write leaves the
/// other attributes of the address's item, such as a suppression, unchanged.
pub(in crate::store) fn claim_address(profile: &Profile) -> ConditionalWrite {
    ConditionalWrite::update(keys::identity(&profile.identifier()))
        .expect(absent("user"))
        .set_all(Identity::of(profile))
}
