//! AccountsOfAddress with a temporary password: somebody in charge made them, and nobody has verified the address. Such an account is
//! its company's only; to everybody else the address has none. An account whose address is verified is it from then on: its
//! sessions are over, it stays a member of the workspaces it is in, and is in the company that the address was verified for.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{AccountsOfAddress, Identifier, Identity, PasswordHash, Profile, RecordStatus, Scope, UserCode, UserId},
    store::{Known, Store, condition::equal, conditional_write::ConditionalWrite, keys, transact::Transacted},
};

impl Store {
    /// The accounts of a person, read at once.
    pub async fn accounts(&self, of: &Identifier) -> Result<AccountsOfAddress> {
        self.accounts_at(&keys::identity(of), &keys::unverified(of)).await
    }

    /// The accounts of whoever has this code. For a code that nobody has as much is read.
    pub async fn accounts_of_code(&self, code: &UserCode) -> Result<AccountsOfAddress> {
        #[derive(Deserialize)]
        struct Claim {
            email: String,
        }
        let claim: Option<Claim> = self.get(&keys::user_code(code)).await?;
        let address = claim.map(|claim| claim.email).unwrap_or_default();
        let identity = keys::identity_item(&address, Some(code.as_ref()));
        self.accounts_at(&identity, &keys::unverified_item(&address, Some(code.as_ref()))).await
    }

    async fn accounts_at(&self, verified: &keys::Key, unverified: &keys::Key) -> Result<AccountsOfAddress> {
        let mut found = self.get_many(vec![verified.clone(), unverified.clone()]).await?;
        let known = Known::read(found.item(verified).cloned(), None)?;
        Ok(AccountsOfAddress { verified: known.identity, unverified: found.take(unverified)? })
    }

    /// Replaces a password by one that its owner chose. `false` if it was changed meanwhile. A transaction, which knows its
    /// own work where a reply was lost.
    pub async fn change_password(&self, user: UserId, old: &PasswordHash, new: &PasswordHash) -> Result<bool> {
        let change = ConditionalWrite::update(keys::profile(user))
            .expect(equal("password", old))
            .set("password", new)
            .remove("temporary_password");
        Ok(matches!(self.transact(vec![change]).await?, Transacted::Done))
    }

    /// Marks a membership as one of somebody whose address is verified now.
    pub async fn mark_verified(&self, of: Scope, profile: &Profile) -> Result<()> {
        let change = ConditionalWrite::update(keys::person(of, &profile.identifier()))
            .expect(equal("status", RecordStatus::Accepted))
            .expect(equal("user", profile.id))
            .remove("unverified")
            .add("revision", 1);
        self.write(change).await.map(|_| ())
    }
}

/// The writes of a new account whose address is verified: its profile, and the end of the one with a temporary password
/// that was read, if there was one. That one was read one epoch before.
pub(in crate::store) fn verified(
    profile: &Profile,
    unverified: Option<&Identity>,
    now: Timestamp,
) -> Vec<ConditionalWrite> {
    let put = ConditionalWrite::put(&keys::profile(profile.id), profile);
    let gone = ConditionalWrite::delete(keys::unverified(&profile.identifier()));
    let Some(unverified) = unverified else { return vec![put.if_absent(), gone.if_absent()] };
    let before = profile.epoch.saturating_sub(1);
    let mut changes = vec![
        put.expect(equal("unverified", true)).expect(equal("epoch", before)),
        gone.expect(equal("user", unverified.user)),
    ];
    if unverified.company != profile.company {
        let of = Scope::Company(unverified.company);
        let left = ConditionalWrite::update(keys::person(of, &profile.identifier())).if_present();
        let left = left.set("status", RecordStatus::Left).set("updated_at", now.as_millisecond()).add("revision", 1);
        changes.push(left);
        changes.push(ConditionalWrite::delete(keys::membership(profile.id, of)));
    }
    changes
}
