//! Unverified accounts. An unverified account is an account that an inviter created with a temporary password, and
//! whose address nobody has verified yet. Only the company of the unverified account sees the account: for everybody
//! else, the address has no account.
//!
//! When the address is verified, the unverified account becomes the verified account of the address. When an unverified
//! account becomes verified, all sessions of the account end, the account stays a member of its workspaces, and the
//! account's company becomes the company that the address was verified for.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{AccountsOfAddress, Identifier, Identity, PasswordHash, Profile, RecordStatus, Scope, UserCode, UserId},
    store::{AddressRecords, Store, condition::equal, conditional_write::ConditionalWrite, keys, transact::Transacted},
};

impl Store {
    /// Reads the verified and the unverified account of a person in one call of DynamoDB.
    pub async fn accounts(&self, identifier: &Identifier) -> Result<AccountsOfAddress> {
        self.accounts_at(&keys::identity(identifier), &keys::unverified(identifier)).await
    }

    /// Reads the accounts of the person with this user code. For a user code that nobody has, the store reads equally
    /// many items, so that the time of the response does not reveal which user codes exist.
    pub async fn accounts_of_code(&self, code: &UserCode) -> Result<AccountsOfAddress> {
        #[derive(Deserialize)]
        struct UserCodeItem {
            email: String,
        }
        let item: Option<UserCodeItem> = self.get(&keys::user_code(code)).await?;
        let address = item.map(|item| item.email).unwrap_or_default();
        let identity = keys::identity_item(&address, Some(code.as_ref()));
        self.accounts_at(&identity, &keys::unverified_item(&address, Some(code.as_ref()))).await
    }

    /// Reads the verified and the unverified account of an identifier by the keys of the two items.
    async fn accounts_at(&self, verified: &keys::Key, unverified: &keys::Key) -> Result<AccountsOfAddress> {
        let mut found = self.get_many(vec![verified.clone(), unverified.clone()]).await?;
        let account = AddressRecords::read(found.item(verified).cloned(), None)?;
        Ok(AccountsOfAddress { verified: account.identity, unverified: found.take(unverified)? })
    }

    /// Replaces the password of a user by a password that the user chose. Returns `false` if another request changed
    /// the password after the old password's hash was read. The write of the new password is a transaction, because
    /// DynamoDB recognises a repeated transaction whose reply was lost.
    pub async fn change_password(&self, user: UserId, old: &PasswordHash, new: &PasswordHash) -> Result<bool> {
        let write = ConditionalWrite::update(keys::profile(user))
            .expect(equal("password", old))
            .set("password", new)
            .remove("temporary_password");
        Ok(matches!(self.transact(vec![write]).await?, Transacted::Done))
    }

    /// Marks the person's record of a member as the record of a person with a verified account.
    pub async fn mark_verified(&self, scope: Scope, profile: &Profile) -> Result<()> {
        let write = ConditionalWrite::update(keys::person(scope, &profile.identifier()))
            .expect(equal("status", RecordStatus::Accepted))
            .expect(equal("user", profile.id))
            .remove("unverified")
            .add("revision", 1);
        self.write(write).await.map(|_| ())
    }
}

/// The writes of an account whose address has just been verified: the profile, and the deletion of the unverified
/// account. `unverified` is the unverified account as the operation read it, or `None` if the address had no unverified
/// account. The epoch of the unverified account was one less than the epoch of `profile`.
pub(in crate::store) fn verified_account_writes(
    profile: &Profile,
    unverified: Option<&Identity>,
    now: Timestamp,
) -> Vec<ConditionalWrite> {
    let profile_write = ConditionalWrite::put(&keys::profile(profile.id), profile);
    let deletion = ConditionalWrite::delete(keys::unverified(&profile.identifier()));
    let Some(unverified) = unverified else { return vec![profile_write.if_absent(), deletion.if_absent()] };
    let epoch_before = profile.epoch.saturating_sub(1);
    let mut writes = vec![
        profile_write.expect(equal("unverified", true)).expect(equal("epoch", epoch_before)),
        deletion.expect(equal("user", unverified.user)),
    ];
    if unverified.company != profile.company {
        let scope = Scope::Company(unverified.company);
        let leaving = ConditionalWrite::update(keys::person(scope, &profile.identifier())).if_present();
        let leaving =
            leaving.set("status", RecordStatus::Left).set("updated_at", now.as_millisecond()).add("revision", 1);
        writes.push(leaving);
        writes.push(ConditionalWrite::delete(keys::membership(profile.id, scope)));
    }
    writes
}
