//! The keys of the table's items.

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

/// One partition takes only 1,000 writes a second, so people and queued mail are spread over this many.
pub(super) const PARTITIONS: u8 = 8;

/// An item's primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn item(&self) -> Item {
        Item::from([("pk".to_owned(), attribute(&self.pk)), ("sk".to_owned(), attribute(&self.sk))])
    }

    /// The key as text parts.
    pub fn parts(&self) -> (&str, &str) {
        (&self.pk, &self.sk)
    }

    /// What the person of this key was invited to.
    pub fn scope(&self) -> Option<Scope> {
        let (id, _) = self.pk.get(2..)?.split_once("#P")?;
        match self.pk.get(..2)? {
            "W#" => id.parse().ok().map(Scope::Workspace),
            "C#" => id.parse().ok().map(Scope::Company),
            _ => None,
        }
    }

    /// The workspace that the person of this key was invited to, unless it is the whole company.
    pub(super) fn workspace(&self) -> Option<WorkspaceId> {
        match self.scope()? {
            Scope::Workspace(id) => Some(id),
            Scope::Company(_) => None,
        }
    }

    pub(super) fn into_parts(self) -> (String, String) {
        (self.pk, self.sk)
    }

    /// A key that was read as text parts, as a stream's record has them.
    pub fn from_parts(pk: &str, sk: &str) -> Self {
        Self::new(pk, sk)
    }
}

fn spread(text: &str) -> u8 {
    Sha256::digest(text.as_bytes())[0] % PARTITIONS
}

fn scope(scope: Scope) -> String {
    match scope {
        Scope::Workspace(id) => format!("W#{id}"),
        Scope::Company(id) => format!("C#{id}"),
    }
}

/// A person of a workspace or company.
pub(super) fn person(of: Scope, identifier: &Identifier) -> Key {
    Key::new(people(of, spread(identifier.address.canonical())), identifier.canonical())
}

/// The partition of some of a workspace's or company's people.
pub(super) fn people(of: Scope, partition: u8) -> String {
    format!("{}#P{partition}", scope(of))
}

pub(super) fn workspace(id: WorkspaceId) -> Key {
    Key::new(format!("W#{id}"), "META")
}

pub(super) fn company(id: CompanyId) -> Key {
    Key::new(format!("C#{id}"), "META")
}

pub(super) fn company_workspace(company: CompanyId, id: WorkspaceId) -> Key {
    Key::new(format!("C#{company}"), format!("W#{id}"))
}

pub(super) fn service_account(company: CompanyId, name: &str) -> Key {
    Key::new(format!("C#{company}"), format!("SA#{name}"))
}

/// The partition of the workspaces that people of a domain join.
pub(super) fn domain(domain: &MailDomain) -> String {
    format!("D#{}", domain.as_ref())
}

/// A workspace that people of a domain join.
pub(super) fn domain_rule(of: &MailDomain, id: WorkspaceId) -> Key {
    Key::new(domain(of), format!("W#{id}"))
}

/// Where a company's domain is found by its id.
pub(super) fn company_domain(company: CompanyId, id: &ShortId) -> Key {
    Key::new(format!("C#{company}"), format!("D#{id}"))
}

pub(super) fn mail_template(company: CompanyId, id: TemplateId) -> Key {
    Key::new(format!("C#{company}"), format!("MT#{id}"))
}

pub(super) fn profile(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "PROFILE")
}

pub(super) fn membership(user: UserId, of: Scope) -> Key {
    Key::new(format!("U#{user}"), format!("M#{}", scope(of)))
}

/// What is kept of an address in one partition: whose it is, with each code and without.
pub(super) fn address(address: &EmailAddress) -> String {
    format!("E#{}", address.canonical())
}

pub(super) fn identity(of: &Identifier) -> Key {
    identity_item(of.address.canonical(), of.code.as_ref().map(AsRef::as_ref))
}

/// The identity of a person: their record's sort key is [`Identifier::canonical`].
pub(super) fn identity_of(person: &Key) -> Key {
    match person.sk.split_once(' ') {
        None => identity_item(&person.sk, None),
        Some((address, code)) => identity_item(address, Some(code)),
    }
}

pub(super) fn identity_item(address: &str, code: Option<&str>) -> Key {
    Key::new(format!("E#{address}"), code.map_or_else(|| "A".to_owned(), |code| format!("U#{code}")))
}

/// A person's account with a temporary password.
pub(super) fn unverified(of: &Identifier) -> Key {
    unverified_item(of.address.canonical(), of.code.as_ref().map(AsRef::as_ref))
}

pub(super) fn unverified_item(address: &str, code: Option<&str>) -> Key {
    Key::new(format!("E#{address}"), code.map_or_else(|| "T".to_owned(), |code| format!("T#{code}")))
}

/// The company's record of a person whose record in one of its workspaces this is.
pub(super) fn colleague_of(person: &Key, company: CompanyId) -> Key {
    let address = person.sk.split(' ').next().unwrap_or_default();
    Key::new(people(Scope::Company(company), spread(address)), person.sk.clone())
}

/// The account with a temporary password of a person, whose record this is.
pub(super) fn unverified_of(person: &Key) -> Key {
    match person.sk.split_once(' ') {
        None => unverified_item(&person.sk, None),
        Some((address, code)) => unverified_item(address, Some(code)),
    }
}

/// Which address a code is used with.
pub(super) fn user_code(code: &UserCode) -> Key {
    Key::new(format!("UC#{}", code.as_ref()), "-")
}

pub(super) fn sign_up(of: &EmailAddress, id: Uuid) -> Key {
    Key::new(address(of), format!("OTP#{id}"))
}

pub(super) fn hash(digest: &str) -> Key {
    Key::new(format!("H#{digest}"), "-")
}

pub(super) fn token(digest: &str) -> Key {
    Key::new(format!("T#{digest}"), "-")
}

pub(super) fn batch(id: BatchId) -> Key {
    Key::new(format!("B#{id}"), "-")
}

/// A place in a queue, sorted by time.
pub(super) fn outbox(queue: &str, at: Timestamp, unique: Uuid) -> Key {
    Key::new(format!("Q#{queue}"), format!("{}#{unique}", queued_at(at)))
}

/// How the place of what is queued at this time begins.
pub(super) fn queued_at(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// Where the key's item goes when it is given up, and back.
pub(super) fn dead(key: &Key) -> Key {
    Key::new(key.pk.replacen("Q#", "QX#", 1), key.sk.clone())
}

pub(super) fn revived(key: &Key) -> Key {
    Key::new(key.pk.replacen("QX#", "Q#", 1), key.sk.clone())
}

pub(super) fn audit(of: Scope, at: Timestamp, unique: Uuid) -> Key {
    Key::new(audits(of), format!("{:013}#{unique}", at.as_millisecond()))
}

/// The partition of what was done, sorted by time.
pub(super) fn audits(of: Scope) -> String {
    format!("{}#A", scope(of))
}

/// A brake's counter: what is counted, whose, and in which window of time.
pub(super) fn counter(kind: &str, subject: &str, window: i64) -> Key {
    Key::new(format!("R#{kind}#{subject}#{window}"), "-")
}

/// A request that its caller named; the workspace or company is part of the name.
pub(super) fn named(caller: UserId, of: Scope, name: &str) -> Key {
    Key::new(format!("K#{caller}#{}", digest(&format!("{}\n{name}", scope(of)))), "REQ")
}

/// What a transaction of a named request wrote; without `unique`, how the keys of all of them begin.
pub(super) fn noted(request: &Key, batch: BatchId, unique: Option<Uuid>) -> Key {
    let unique = unique.map(|unique| unique.to_string()).unwrap_or_default();
    Key::new(request.pk.clone(), format!("{batch}#{unique}"))
}

pub(super) fn workspace_number(number: u32) -> Key {
    Key::new(format!("I#workspace#{number}"), "-")
}

pub(super) fn short_id(id: &ShortId) -> Key {
    Key::new(format!("I#short#{id}"), "-")
}

pub(super) fn group(id: GroupId) -> Key {
    Key::new(format!("G#{id}"), "META")
}

/// Where some of those are counted who come into a group.
pub(super) fn group_joins(id: GroupId, partition: u8) -> Key {
    Key::new(format!("G#{id}"), format!("J#{partition}"))
}

/// The partition of a workspace's tree of groups.
pub(super) fn groups(workspace: WorkspaceId) -> String {
    format!("W#{workspace}#G")
}

/// A group in the tree: level by level, and in each by path.
pub(super) fn group_place(workspace: WorkspaceId, path: &GroupPath) -> Key {
    Key::new(groups(workspace), format!("{:03}#{}", path.depth(), path.as_ref()))
}

/// How the places right under a group begin.
pub(super) fn child_places(path: &GroupPath) -> String {
    format!("{:03}#{}", path.depth() + 1, path.as_ref())
}

/// Whose a display id is.
pub(super) fn display_id(workspace: WorkspaceId, id: &DisplayId) -> Key {
    Key::new(format!("W#{workspace}#D"), id.as_ref())
}

/// The groups that a user administers in a workspace.
pub(super) fn administered(user: UserId, workspace: WorkspaceId) -> Key {
    Key::new(format!("U#{user}"), format!("G#W#{workspace}"))
}

/// The counters that integer ids are taken from.
pub(super) fn numbers() -> Key {
    Key::new("CONFIG", "NUMBERS")
}

pub(super) fn public_key(kid: &str) -> Key {
    Key::new("CONFIG", format!("KEY#{kid}"))
}

/// SHA-256 (FIPS 180-4) in base64url: how secrets are looked up and addresses are counted.
pub(super) fn digest(secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
