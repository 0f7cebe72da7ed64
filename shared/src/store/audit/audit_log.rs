//! Entries of the audit log. Each entry of the audit log is written in the transaction that the entry describes.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    domain::{Random, Scope, UserId},
    store::{
        Page, PagePosition, Store,
        conditional_write::ConditionalWrite,
        keys,
        read::{Slice, Sort},
    },
};

/// The number of audit entries that one call of DynamoDB reads. An audit entry has up to 90 subjects.
const ENTRIES_PER_READ: usize = 25;

/// The audit entry that describes one transaction.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct AuditEntry {
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    at: Timestamp,
    actor: UserId,
    action: Cow<'static, str>,
    subjects: Vec<Subject>,
}

impl AuditEntry {
    /// Makes an audit entry without subjects.
    pub(in crate::store) fn new(at: Timestamp, actor: UserId, action: &'static str) -> Self {
        Self { at, actor, action: action.into(), subjects: Vec::new() }
    }

    /// Adds a subject to the audit entry.
    #[must_use]
    pub(in crate::store) fn about(mut self, subject: Subject) -> Self {
        self.subjects.push(subject);
        self
    }

    /// The audit records of the entry: one audit record for each subject. An audit entry without subjects gives one
    /// audit record without a subject.
    fn records(self) -> Vec<AuditRecord> {
        let Self { at, actor, action, subjects } = self;
        let action = action.into_owned();
        if subjects.is_empty() {
            return vec![AuditRecord { at, actor, action, subject: None, detail: BTreeMap::new() }];
        }
        let records = subjects.into_iter().map(|Subject { name, detail }| {
            let detail = detail.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            AuditRecord { at, actor, action: action.clone(), subject: Some(name), detail }
        });
        records.collect()
    }
}

/// A subject of an audit entry: a person or thing that the action was about.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Subject {
    name: String,
    #[serde(flatten)]
    detail: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

impl Subject {
    /// Makes a subject of an audit entry from the subject's name: an e-mail address, or the name of a thing.
    pub(in crate::store) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), detail: BTreeMap::new() }
    }

    /// Adds a detail, such as the role, to a subject of an audit entry.
    #[must_use]
    pub(in crate::store) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.detail.insert(name.into(), value.into());
        self
    }
}

/// The `Debug` output hides the name of the subject, because the name is usually an e-mail address.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(redacted)")
    }
}

/// The write of an audit entry.
pub(in crate::store) fn audit_write(scope: Scope, entry: &AuditEntry, random: &dyn Random) -> ConditionalWrite {
    ConditionalWrite::put(&keys::audit(scope, entry.at, random.uuid()), entry)
}

/// A record of the audit log: what a user did to one subject of a transaction.
#[derive(Clone)]
pub struct AuditRecord {
    /// When the user did the action.
    pub at: Timestamp,
    /// The user who did the action.
    pub actor: UserId,
    /// The action that the audit log records, such as `member.removed`.
    pub action: String,
    /// The subject: an e-mail address, or the name of a thing. `None` if the action was about the workspace or
    /// company itself.
    pub subject: Option<String>,
    /// Further details of the action, such as the role, by name.
    pub detail: BTreeMap<String, String>,
}

/// The `Debug` output omits the subject of the record, because the subject is usually an e-mail address.
impl fmt::Debug for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditRecord").field("at", &self.at).field("action", &self.action).finish_non_exhaustive()
    }
}

impl Store {
    /// Reads a page of the audit log, newest record first. A page of the audit log has at most `limit` records and
    /// begins after the position `after`.
    pub async fn audit_page(
        &self,
        scope: Scope,
        after: Option<&PagePosition>,
        limit: usize,
    ) -> Result<Page<AuditRecord>> {
        // A page of the audit log may end between two subjects of an entry. The next page of the audit log then reads
        // the same entry again.
        let previous = after.map(|after| last_entry(after.as_str())).transpose()?;
        let pk = keys::audit_partition(scope);
        let mut records = Vec::with_capacity(limit + 1);
        let mut last: Option<String> = None;
        while records.len() <= limit {
            let sort = previous.map_or(Sort::Begins(""), |(sk, _)| Sort::UpTo(sk));
            let slice = Slice { pk: &pk, sort, after: last.as_deref(), backwards: true, limit: ENTRIES_PER_READ };
            let (entries, more) = self.slice::<AuditEntry>(&slice).await?;
            for (sk, entry) in entries {
                let returned = previous.filter(|(previous, _)| *previous == sk).map_or(0, |(_, returned)| returned);
                let new = entry.records().into_iter().enumerate().skip(returned);
                records.extend(new.map(|(index, record)| (format!("{sk}#{}", index + 1), record)));
                last = Some(sk);
            }
            if !more {
                break;
            }
        }
        let more = records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| more).map(|(position, _)| PagePosition::new(position.clone()));
        Ok(Page { items: records.into_iter().map(|(_, record)| record).collect(), next })
    }
}

/// The position in the audit log where the previous page ended: the sort key of the audit entry, and how many records
/// of this entry were on the page.
fn last_entry(position: &str) -> Result<(&str, usize)> {
    let previous = position.rsplit_once('#').and_then(|(sk, returned)| Some((sk, returned.parse().ok()?)));
    previous.ok_or_else(|| Error::internal("store: the position does not belong to the audit log"))
}
