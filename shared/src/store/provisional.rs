//! Accounts with a temporary password: somebody in charge made them, and nobody has proved the address. Such an account is
//! its company's only; to everybody else the address has none. An account whose address is proved is it from then on: its
//! sessions are over, it stays a member of the workspaces it is in, and is in the company that the address was proved for.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Identity, Known, Profile, Store, change::Change, keys, transact::Transacted};
use crate::{
    Result,
    domain::{Identifier, PasswordHash, Scope, Status, UserCode, UserId},
};

/// The accounts of a person: at most one of the two is there.
#[derive(Debug, Default)]
pub struct Accounts {
    /// The one whose address is proved.
    pub proved: Option<Identity>,
    /// The one with a temporary password.
    pub provisional: Option<Identity>,
}

impl Accounts {
    /// The one to log in to.
    pub fn into_either(self) -> Option<Identity> {
        self.proved.or(self.provisional)
    }
}

impl Store {
    /// The accounts of a person, read at once.
    pub async fn accounts(&self, of: &Identifier) -> Result<Accounts> {
        self.accounts_at(&keys::identity(of), &keys::provisional(of)).await
    }

    /// The accounts of whoever has this code. For a code that nobody has as much is read.
    pub async fn accounts_of_code(&self, code: &UserCode) -> Result<Accounts> {
        #[derive(Deserialize)]
        struct Claim {
            email: String,
        }
        let claim: Option<Claim> = self.get(&keys::user_code(code)).await?;
        let address = claim.map(|claim| claim.email).unwrap_or_default();
        let identity = keys::identity_item(&address, Some(code.as_ref()));
        self.accounts_at(&identity, &keys::provisional_item(&address, Some(code.as_ref()))).await
    }

    async fn accounts_at(&self, proved: &keys::Key, provisional: &keys::Key) -> Result<Accounts> {
        let mut found = self.get_many(vec![proved.clone(), provisional.clone()]).await?;
        let known = Known::read(found.item(proved).cloned(), None)?;
        Ok(Accounts { proved: known.identity, provisional: found.take(provisional)? })
    }

    /// Replaces a password by one that its owner chose. `false` if it was changed meanwhile. A transaction, which knows its
    /// own work where a reply was lost.
    pub async fn change_password(&self, user: UserId, old: &PasswordHash, new: &PasswordHash) -> Result<bool> {
        let change = Change::update(keys::profile(user), "SET #password = :new REMOVE #temporary_password")
            .when("#password = :old")
            .with("old", old)
            .with("new", new);
        Ok(matches!(self.transact(vec![change]).await?, Transacted::Done))
    }

    /// Marks a membership as one of somebody whose address is proved now.
    pub async fn mark_proved(&self, of: Scope, profile: &Profile) -> Result<()> {
        let change = Change::update(keys::person(of, &profile.identifier()), "REMOVE #unproved")
            .when("#status = :accepted AND #user = :user")
            .with("accepted", Status::Accepted)
            .with("user", profile.id);
        self.write(change).await.map(|_| ())
    }
}

/// The writes of a new account whose address is proved: its profile, and the end of the one with a temporary password
/// that was read, if there was one. That one was read one epoch before.
pub(super) fn proved(profile: &Profile, provisional: Option<&Identity>, now: Timestamp) -> Vec<Change> {
    let put = Change::put(&keys::profile(profile.id), profile);
    let gone = Change::delete(keys::provisional(&profile.identifier()));
    let Some(provisional) = provisional else { return vec![put.if_absent(), gone.if_absent()] };
    let before = profile.epoch.saturating_sub(1);
    let mut changes = vec![
        put.when("#provisional = :true AND #epoch = :before").with("true", true).with("before", before),
        gone.when("#user = :user").with("user", provisional.user),
    ];
    if provisional.company != profile.company {
        let of = Scope::Company(provisional.company);
        let left = Change::update(keys::person(of, &profile.identifier()), "SET #status = :left, #updated_at = :now");
        changes.push(left.if_present().with("left", Status::Left).with("now", now.as_millisecond()));
        changes.push(Change::delete(keys::membership(profile.id, of)));
    }
    changes
}
