//! What the hash of a mailed link leads to.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{AccountsOfAddress, InvitationHash, Person, Workspace},
    store::{
        Known, Store,
        invitations::admission::{AdmissionRecords, InvitedBy, admission_keys, take_admission},
        keys,
    },
};

/// The item of a hash outlives the invitation by this much, so that a dead link can still ask for a new invitation.
pub(in crate::store) const HASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a hash points to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HashItem {
    /// The key of the person's record.
    pub person: keys::Key,
    /// The version that the hash was made for.
    pub version: u32,
    /// The inviter, so that what lets the person in is read together with the person. A hash of an earlier version of
    /// Usher does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<InvitedBy>,
}

/// What a hash leads to.
#[derive(Debug)]
pub struct Invited {
    /// The person, in whatever state.
    pub person: Option<Person>,
    /// The workspace, if the invitation is to a workspace.
    pub workspace: Option<Workspace>,
    /// The accounts of the person's address.
    pub accounts: AccountsOfAddress,
    /// What decides whether the person may be let in, if the hash has the inviter.
    pub admission: Option<AdmissionRecords>,
}

impl Store {
    /// The item of a hash, alive or dead.
    pub async fn hash(&self, hash: &InvitationHash) -> Result<Option<HashItem>> {
        self.get(&keys::hash(&keys::digest(&hash.reveal()))).await
    }

    /// The person that a hash was made for, in the state of now.
    pub async fn person_of_hash(&self, hash: &HashItem) -> Result<Option<Person>> {
        self.get(&hash.person).await
    }

    /// What a hash leads to: one read.
    pub async fn invited(&self, hash: &HashItem) -> Result<Invited> {
        let key = &hash.person;
        let workspace = key.workspace().map(keys::workspace);
        let (identity, unverified) = (keys::identity_of(key), keys::unverified_of(key));
        let wanted = [key.clone(), identity.clone(), unverified.clone()].into_iter().chain(workspace.clone());
        let deciding = hash.invited_by.into_iter().flat_map(|by| admission_keys(key, by));
        let mut found = self.get_many(wanted.chain(deciding).collect()).await?;
        let address = Known::read(found.item(&identity).cloned(), None)?;
        Ok(Invited {
            person: found.take(key)?,
            workspace: workspace.map(|key| found.take(&key)).transpose()?.flatten(),
            accounts: AccountsOfAddress { verified: address.identity, unverified: found.take(&unverified)? },
            admission: hash.invited_by.map(|by| take_admission(&mut found, key, by)).transpose()?,
        })
    }
}
