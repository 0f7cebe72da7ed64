//! The keys of the items of the table. `docs/table.md` lists all keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    domain::{
        BatchId, CompanyId, DisplayId, EmailAddress, GroupId, GroupPath, Identifier, MailDomain, Scope, ShortId,
        TemplateId, UserCode, UserId, WorkspaceId,
    },
    store::items::{Item, attribute},
};

/// DynamoDB takes at most 1,000 writes a second in one partition. The people of a workspace or company, the outbox, and
/// the join counters of a group are therefore spread over this many partitions.
pub(super) const PARTITIONS: u8 = 8;

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The key as the attributes of an item: the partition key and the sort key.
    pub(super) fn item(&self) -> Item {
        Item::from([("pk".to_owned(), attribute(&self.pk)), ("sk".to_owned(), attribute(&self.sk))])
    }

    /// The texts of the partition key and the sort key.
    pub fn parts(&self) -> (&str, &str) {
        (&self.pk, &self.sk)
    }

    /// The workspace or company of a person's record. `None` if the key is not the key of a person's record.
    pub fn scope(&self) -> Option<Scope> {
        let (id, _) = self.pk.get(2..)?.split_once("#P")?;
        match self.pk.get(..2)? {
            "W#" => id.parse().ok().map(Scope::Workspace),
            "C#" => id.parse().ok().map(Scope::Company),
            _ => None,
        }
    }

    /// The workspace of a person's record. `None` if the record belongs to a company.
    pub(super) fn workspace(&self) -> Option<WorkspaceId> {
        match self.scope()? {
            Scope::Workspace(id) => Some(id),
            Scope::Company(_) => None,
        }
    }

    /// The texts of the partition key and the sort key.
    pub(super) fn into_parts(self) -> (String, String) {
        (self.pk, self.sk)
    }

    /// Creates a key from a partition key and a sort key, for example from those of a stream record.
    pub fn from_parts(pk: &str, sk: &str) -> Self {
        Self::new(pk, sk)
    }
}

/// The partition for a text. The same text always gets the same one of the partitions.
fn partition_of(text: &str) -> u8 {
    Sha256::digest(text.as_bytes())[0] % PARTITIONS
}

/// The prefix of the keys of a workspace or company.
fn scope_prefix(scope: Scope) -> String {
    match scope {
        Scope::Workspace(id) => format!("W#{id}"),
        Scope::Company(id) => format!("C#{id}"),
    }
}

/// The key of the record of a person in a workspace or company.
pub(super) fn person(scope: Scope, identifier: &Identifier) -> Key {
    Key::new(people_partition(scope, partition_of(identifier.address.canonical())), identifier.canonical())
}

/// The partition key of one partition of the people of a workspace or company.
pub(super) fn people_partition(scope: Scope, partition: u8) -> String {
    format!("{}#P{partition}", scope_prefix(scope))
}

/// The key of the item of a workspace.
pub(super) fn workspace(id: WorkspaceId) -> Key {
    Key::new(format!("W#{id}"), "META")
}

/// The key of the item of a company.
pub(super) fn company(id: CompanyId) -> Key {
    Key::new(format!("C#{id}"), "META")
}

/// The key of the entry of a workspace in the list of its company's workspaces.
pub(super) fn company_workspace(company: CompanyId, id: WorkspaceId) -> Key {
    Key::new(format!("C#{company}"), format!("W#{id}"))
}

/// The key of a service account of a company.
pub(super) fn service_account(company: CompanyId, name: &str) -> Key {
    Key::new(format!("C#{company}"), format!("SA#{name}"))
}

/// The partition key of the domain rules of a mail domain.
pub(super) fn domain_partition(domain: &MailDomain) -> String {
    format!("D#{}", domain.as_ref())
}

/// The key of a domain rule, by which people with addresses of a mail domain may join a workspace.
pub(super) fn domain_rule(mail_domain: &MailDomain, id: WorkspaceId) -> Key {
    Key::new(domain_partition(mail_domain), format!("W#{id}"))
}

/// The key of the pointer from the id of a domain rule to the rule.
pub(super) fn company_domain(company: CompanyId, id: &ShortId) -> Key {
    Key::new(format!("C#{company}"), format!("D#{id}"))
}

/// The key of a mail template of a company.
pub(super) fn mail_template(company: CompanyId, id: TemplateId) -> Key {
    Key::new(format!("C#{company}"), format!("MT#{id}"))
}

/// The key of the profile of a user.
pub(super) fn profile(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "PROFILE")
}

/// The key of the membership, with the role, of a user in a workspace or company.
pub(super) fn membership(user: UserId, scope: Scope) -> Key {
    Key::new(format!("U#{user}"), format!("M#{}", scope_prefix(scope)))
}

/// The partition key of an address. The partition has the accounts of the address, with and without a user code, and
/// the sign-ups of the address.
pub(super) fn address_partition(address: &EmailAddress) -> String {
    format!("E#{}", address.canonical())
}

/// The key of the verified account of a person.
pub(super) fn identity(identifier: &Identifier) -> Key {
    identity_item(identifier.address.canonical(), identifier.code.as_ref().map(AsRef::as_ref))
}

/// The key of the verified account of the person whose record has the given key. The sort key of the record is
/// [`Identifier::canonical`].
pub(super) fn identity_of(person: &Key) -> Key {
    match person.sk.split_once(' ') {
        None => identity_item(&person.sk, None),
        Some((address, code)) => identity_item(address, Some(code)),
    }
}

/// The key of the verified account of a canonical address and a user code.
pub(super) fn identity_item(address: &str, code: Option<&str>) -> Key {
    Key::new(format!("E#{address}"), code.map_or_else(|| "A".to_owned(), |code| format!("U#{code}")))
}

/// The key of the unverified account of a person.
pub(super) fn unverified(identifier: &Identifier) -> Key {
    unverified_item(identifier.address.canonical(), identifier.code.as_ref().map(AsRef::as_ref))
}

/// The key of the unverified account of a canonical address and a user code.
pub(super) fn unverified_item(address: &str, code: Option<&str>) -> Key {
    Key::new(format!("E#{address}"), code.map_or_else(|| "T".to_owned(), |code| format!("T#{code}")))
}

/// The key of the company's record of a person whose record in one of the company's workspaces has the given key.
pub(super) fn colleague_of(person: &Key, company: CompanyId) -> Key {
    let address = person.sk.split(' ').next().unwrap_or_default();
    Key::new(people_partition(Scope::Company(company), partition_of(address)), person.sk.clone())
}

/// The key of the unverified account of the person whose record has the given key.
pub(super) fn unverified_of(person: &Key) -> Key {
    match person.sk.split_once(' ') {
        None => unverified_item(&person.sk, None),
        Some((address, code)) => unverified_item(address, Some(code)),
    }
}

/// The key of the item that leads from a user code to the address that the user code belongs to.
pub(super) fn user_code(code: &UserCode) -> Key {
    Key::new(format!("UC#{}", code.as_ref()), "-")
}

/// The key of a sign-up of an address.
pub(super) fn sign_up(address: &EmailAddress, id: Uuid) -> Key {
    Key::new(address_partition(address), format!("OTP#{id}"))
}

/// The key of the item that leads from the digest of a link's hash to the invited person's record.
pub(super) fn hash(digest: &str) -> Key {
    Key::new(format!("H#{digest}"), "-")
}

/// The key of the item that leads from the digest of a token to the service account that the token belongs to.
pub(super) fn token(digest: &str) -> Key {
    Key::new(format!("T#{digest}"), "-")
}

/// The key of the batch of one inviting request, which is the data that the rows of the request share.
pub(super) fn batch(id: BatchId) -> Key {
    Key::new(format!("B#{id}"), "-")
}

/// The key of a new item in a queue of the outbox. A queue of the outbox is sorted by time.
pub(super) fn outbox(queue: &str, at: Timestamp, unique: Uuid) -> Key {
    Key::new(format!("Q#{queue}"), format!("{}#{unique}", outbox_prefix(at)))
}

/// The prefix of the sort keys of outbox items that were queued at the given time.
pub(super) fn outbox_prefix(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// The key in the partition of abandoned items that an outbox item moves to when the deliverer gives the item up.
pub(super) fn abandoned(key: &Key) -> Key {
    Key::new(key.pk.replacen("Q#", "QX#", 1), key.sk.clone())
}

/// The key in the queue that an abandoned outbox item moves back to.
pub(super) fn revived(key: &Key) -> Key {
    Key::new(key.pk.replacen("QX#", "Q#", 1), key.sk.clone())
}

/// The key of an entry of the audit log.
pub(super) fn audit(scope: Scope, at: Timestamp, unique: Uuid) -> Key {
    Key::new(audit_partition(scope), format!("{:013}#{unique}", at.as_millisecond()))
}

/// The partition key of the audit log of a workspace or company. The audit log is sorted by time.
pub(super) fn audit_partition(scope: Scope) -> String {
    format!("{}#A", scope_prefix(scope))
}

/// The key of the counter of a rate limit, or of the last use under a cooldown: the kind of use, a digest of the
/// subject, and the number of the time window.
pub(super) fn counter(kind: &str, subject: &str, window: i64) -> Key {
    Key::new(format!("R#{kind}#{subject}#{window}"), "-")
}

/// The key of the record of an idempotent request. The workspace or company is part of the key's digest, so a client
/// may use the same idempotency key again in another workspace.
pub(super) fn idempotent_request(caller: UserId, scope: Scope, idempotency_key: &str) -> Key {
    Key::new(format!("K#{caller}#{}", digest(&format!("{}\n{idempotency_key}", scope_prefix(scope)))), "REQ")
}

/// The key of the note of what one transaction of an idempotent request wrote. Without `unique`, the sort key is the
/// prefix that the notes of all transactions of the request share.
pub(super) fn transaction_note(request: &Key, batch: BatchId, unique: Option<Uuid>) -> Key {
    let unique = unique.map(|unique| unique.to_string()).unwrap_or_default();
    Key::new(request.pk.clone(), format!("{batch}#{unique}"))
}

/// The key of the pointer from an integer id to the workspace with this id.
pub(super) fn workspace_number(number: u32) -> Key {
    Key::new(format!("I#workspace#{number}"), "-")
}

/// The key of the pointer from a short id to the workspace with this id.
pub(super) fn short_id(id: &ShortId) -> Key {
    Key::new(format!("I#short#{id}"), "-")
}

/// The key of the item of a group.
pub(super) fn group(id: GroupId) -> Key {
    Key::new(format!("G#{id}"), "META")
}

/// The key of one of the partial counters that count how many writes have brought people into a group.
pub(super) fn group_joins(id: GroupId, partition: u8) -> Key {
    Key::new(format!("G#{id}"), format!("J#{partition}"))
}

/// The partition key of the tree of groups of a workspace.
pub(super) fn groups_partition(workspace: WorkspaceId) -> String {
    format!("W#{workspace}#G")
}

/// The key of a group in the workspace's tree of groups. The tree of groups is sorted by level, and within a level by
/// path.
pub(super) fn group_in_tree(workspace: WorkspaceId, path: &GroupPath) -> Key {
    Key::new(groups_partition(workspace), format!("{:03}#{}", path.depth(), path.as_ref()))
}

/// The prefix of the sort keys of the groups directly below a group.
pub(super) fn child_groups_prefix(path: &GroupPath) -> String {
    format!("{:03}#{}", path.depth() + 1, path.as_ref())
}

/// The key of the pointer from a display id to the group with this display id.
pub(super) fn display_id(workspace: WorkspaceId, id: &DisplayId) -> Key {
    Key::new(format!("W#{workspace}#D"), id.as_ref())
}

/// The key of the item with the groups that a user administers in a workspace.
pub(super) fn administered(user: UserId, workspace: WorkspaceId) -> Key {
    Key::new(format!("U#{user}"), format!("G#W#{workspace}"))
}

/// The key of the item with the counters that give out integer ids.
pub(super) fn numbers() -> Key {
    Key::new("CONFIG", "NUMBERS")
}

/// The key of the item that says until when the deployment's sending time is reserved.
pub(super) fn sending_time() -> Key {
    Key::new("CONFIG", "PACE")
}

/// A public key that verifies access tokens.
pub(super) fn public_key(kid: &str) -> Key {
    Key::new("CONFIG", format!("KEY#{kid}"))
}

/// SHA-256 (FIPS 180-4) in base64url. The table stores secrets, and the subjects of rate limits, only as digests.
pub(super) fn digest(secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
