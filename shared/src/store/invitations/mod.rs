//! People: one record per workspace or company and person is both the invitation and later the membership.
//!
//! The record alone is authority. Every transition is one write whose condition is the whole rule.

pub(super) mod accept;
pub(super) mod invite;
pub(super) mod page;
pub(super) mod transition;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{
        AccountsOfAddress, CompanyId, Identifier, InvitationHash, Membership, Person, PersonId, Profile, Scope, UserId,
        Workspace,
    },
    store::{
        AdmissionRecords, Known, Store,
        accounts::profiles::{admission_keys, take_admission},
        keys,
    },
};

/// A hash's item outlives the invitation by this much, so that a dead link can still ask for a new one.
pub(in crate::store) const HASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a hash points to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HashItem {
    /// The record's key.
    pub person: keys::Key,
    /// The version that the hash was made for.
    pub version: u32,
    /// Who invited, so that what lets the person in is read together with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<InvitedBy>,
}

/// Who invited somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedBy {
    /// The user.
    pub inviter: UserId,
    /// The company whose workspace it is to, or which it is to itself.
    pub company: CompanyId,
}

/// What a hash leads to.
#[derive(Debug)]
pub struct Invited {
    /// The person, whatever has become of them.
    pub person: Option<Person>,
    /// The workspace, if it is to one.
    pub workspace: Option<Workspace>,
    /// The person's accounts.
    pub accounts: AccountsOfAddress,
    /// What lets them in, if the hash says who invited.
    pub admission: Option<AdmissionRecords>,
}

impl Store {
    /// The record that a hash points to, whatever has become of it.
    pub async fn hash(&self, hash: &InvitationHash) -> Result<Option<HashItem>> {
        self.get(&keys::hash(&keys::digest(&hash.reveal()))).await
    }

    /// The person that a hash was made for, as they are now.
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
        let known = Known::read(found.item(&identity).cloned(), None)?;
        Ok(Invited {
            person: found.take(key)?,
            workspace: workspace.map(|key| found.take(&key)).transpose()?.flatten(),
            accounts: AccountsOfAddress { verified: known.identity, unverified: found.take(&unverified)? },
            admission: hash.invited_by.map(|by| take_admission(&mut found, key, by)).transpose()?,
        })
    }

    /// A person by public id. The index gives the key only, and lags; the record is read by that, consistently.
    pub async fn person_of_id(&self, id: &PersonId) -> Result<Option<(keys::Key, Person)>> {
        let Some(key) = self.indexed("person-id", "person_id", id).await? else { return Ok(None) };
        Ok(self.get(&key).await?.map(|person| (key, person)))
    }

    /// A person of a workspace or company.
    pub async fn person(&self, of: Scope, identifier: &Identifier) -> Result<Option<Person>> {
        self.get(&keys::person(of, identifier)).await
    }

    /// A workspace's or company's people whom these identify: for each, in order.
    pub async fn people_by_identifier(&self, of: Scope, whom: &[&Identifier]) -> Result<Vec<Option<Person>>> {
        let keys: Vec<_> = whom.iter().map(|identifier| keys::person(of, identifier)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().map(|key| found.take(key)).collect()
    }

    /// The record of a user who is a member: found by their membership and their profile's address, and no index.
    pub async fn member(&self, of: Scope, user: UserId) -> Result<Option<Person>> {
        let (membership, profile) = (keys::membership(user, of), keys::profile(user));
        let mut found = self.get_many(vec![membership.clone(), profile.clone()]).await?;
        let membership: Option<Membership> = found.take(&membership)?;
        let Some((_, profile)) = membership.zip(found.take::<Profile>(&profile)?) else { return Ok(None) };
        let person = self.person(of, &profile.identifier()).await?;
        Ok(person.filter(|person| person.user == user))
    }

    /// All people of a workspace or company, whatever their state: the eight partitions are asked at once.
    pub async fn people(&self, of: Scope) -> Result<Vec<Person>> {
        let keys: Vec<_> = (0..keys::PARTITIONS).map(|partition| keys::people(of, partition)).collect();
        let partitions = keys.iter().map(|pk| self.query::<Person>(pk, "", usize::MAX)).collect::<Vec<_>>();
        Ok(futures::future::try_join_all(partitions).await?.into_iter().flatten().collect())
    }
}
