//! The item of the hash in a mailed link, and the records that the item leads to.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{AccountsOfAddress, CompanyId, InvitationHash, Person, Workspace},
    store::{
        AddressRecords, Store,
        conditional_write::ConditionalWrite,
        invitations::admission::{AdmissionRecords, InvitedBy, admission_keys, take_admission},
        keys,
    },
};

/// How long the item of a link's hash outlives the invitation. While the item exists, the holder of an expired link can
/// still ask for a new invitation.
const HASH_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The item of a link's hash: a pointer to the invited person's record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HashItem {
    /// The key of the person's record.
    pub person: keys::Key,
    /// The version of the invitation that the hash was made for.
    pub version: u32,
    /// The inviter, so that one call reads the invited person's record and the records that decide whether the person
    /// may still join. The items of hashes that an earlier version of Usher made do not name the inviter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<InvitedBy>,
}

/// The records that the hash of a link leads to.
#[derive(Debug)]
pub struct LinkRecords {
    /// The invited person's record, whatever the state of the invitation is.
    pub person: Option<Person>,
    /// The workspace, if the invitation is to a workspace.
    pub workspace: Option<Workspace>,
    /// The accounts of the person's address.
    pub accounts: AccountsOfAddress,
    /// The records that decide whether the person may still join. `None` if the item of the hash does not name the
    /// inviter.
    pub admission: Option<AdmissionRecords>,
}

/// The write of the item by which the service looks up the hash in the link of a person's invitation. `company` is the
/// company of the invitation. Repeating the write of a hash's item changes nothing.
pub(in crate::store) fn hash_item_write(
    record: &keys::Key,
    person: &Person,
    company: Option<CompanyId>,
    hash: &InvitationHash,
) -> ConditionalWrite {
    #[derive(Serialize)]
    struct ExpiringHashItem {
        #[serde(flatten)]
        item: HashItem,
        purge_at: i64,
    }
    let invited_by = company.map(|company| InvitedBy { inviter: person.inviter, company });
    let item = HashItem { person: record.clone(), version: person.version, invited_by };
    let item = ExpiringHashItem { item, purge_at: (person.expires_at + HASH_RETENTION).as_second() };
    ConditionalWrite::put(&keys::hash(&keys::digest(&hash.reveal())), item)
}

impl Store {
    /// Reads the item of a link's hash. The item of a hash exists for a while after the invitation has ended.
    pub async fn hash(&self, hash: &InvitationHash) -> Result<Option<HashItem>> {
        self.get(&keys::hash(&keys::digest(&hash.reveal()))).await
    }

    /// Reads the current record of the person that a hash was made for.
    pub async fn person_of_hash(&self, hash: &HashItem) -> Result<Option<Person>> {
        self.get(&hash.person).await
    }

    /// Reads the records that the hash of a link leads to, in one call of DynamoDB.
    pub async fn invited(&self, hash: &HashItem) -> Result<LinkRecords> {
        let key = &hash.person;
        let workspace = key.workspace().map(keys::workspace);
        let (identity, unverified) = (keys::identity_of(key), keys::unverified_of(key));
        let keys = [key.clone(), identity.clone(), unverified.clone()].into_iter().chain(workspace.clone());
        let admission = hash.invited_by.into_iter().flat_map(|invited_by| admission_keys(key, invited_by));
        let mut found = self.get_many(keys.chain(admission).collect()).await?;
        let account = AddressRecords::read(found.item(&identity).cloned(), None)?;
        Ok(LinkRecords {
            person: found.take(key)?,
            workspace: workspace.map(|key| found.take(&key)).transpose()?.flatten(),
            accounts: AccountsOfAddress { verified: account.identity, unverified: found.take(&unverified)? },
            admission: hash.invited_by.map(|invited_by| take_admission(&mut found, key, invited_by)).transpose()?,
        })
    }
}
