//! The audit: what was done to a workspace's or company's people and things, in the transaction that did it.

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

/// Entries read at once: one has up to 90 subjects.
const AT_ONCE: usize = 25;

/// What is told of a transition: one entry per transaction.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct Entry {
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    at: Timestamp,
    actor: UserId,
    action: Cow<'static, str>,
    subjects: Vec<Subject>,
}

impl Entry {
    /// What was done, when and by whom.
    pub(in crate::store) fn new(at: Timestamp, actor: UserId, action: &'static str) -> Self {
        Self { at, actor, action: action.into(), subjects: Vec::new() }
    }

    /// To whom or what it was done: one more of them.
    #[must_use]
    pub(in crate::store) fn about(mut self, subject: Subject) -> Self {
        self.subjects.push(subject);
        self
    }

    /// A line for each subject; one without if nothing has a name.
    fn lines(self) -> Vec<AuditRecord> {
        let Self { at, actor, action, subjects } = self;
        let action = action.into_owned();
        if subjects.is_empty() {
            return vec![AuditRecord { at, actor, action, subject: None, detail: BTreeMap::new() }];
        }
        let lines = subjects.into_iter().map(|Subject { name, detail }| {
            let detail = detail.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            AuditRecord { at, actor, action: action.clone(), subject: Some(name), detail }
        });
        lines.collect()
    }
}

/// Whom or what a transition was about.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Subject {
    name: String,
    #[serde(flatten)]
    detail: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

impl Subject {
    /// An address, or a thing's name.
    pub(in crate::store) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), detail: BTreeMap::new() }
    }

    /// What is told of it besides, such as `role`.
    #[must_use]
    pub(in crate::store) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.detail.insert(name.into(), value.into());
        self
    }
}

/// Redacted: it is an address, as a rule.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(redacted)")
    }
}

/// The write of an audit entry.
pub(in crate::store) fn entry(of: Scope, entry: &Entry, random: &dyn Random) -> ConditionalWrite {
    ConditionalWrite::put(&keys::audit(of, entry.at, random.uuid()), entry)
}

/// What was done to one of a transaction's subjects.
#[derive(Clone)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: UserId,
    /// What.
    pub action: String,
    /// To whom or what: an address, or a thing's name; nothing if it was the workspace itself.
    pub subject: Option<String>,
    /// What else there is to tell, such as the role.
    pub detail: BTreeMap<String, String>,
}

/// Without its subject, which is an address as a rule.
impl fmt::Debug for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditRecord").field("at", &self.at).field("action", &self.action).finish_non_exhaustive()
    }
}

impl Store {
    /// What was done, newest first: up to `most` lines after a position.
    pub async fn audit_page(&self, of: Scope, after: Option<&PagePosition>, most: usize) -> Result<Page<AuditRecord>> {
        // A page may end among the subjects of an entry; that is read again.
        let begun = after.map(|after| begun_entry(after.as_str())).transpose()?;
        let pk = keys::audits(of);
        let mut lines = Vec::with_capacity(most + 1);
        let mut last: Option<String> = None;
        while lines.len() <= most {
            let sort = begun.map_or(Sort::Begins(""), |(sk, _)| Sort::UpTo(sk));
            let slice = Slice { pk: &pk, sort, after: last.as_deref(), backwards: true, most: AT_ONCE };
            let (entries, more) = self.slice::<Entry>(&slice).await?;
            for (sk, entry) in entries {
                let told = begun.filter(|(begun, _)| *begun == sk).map_or(0, |(_, told)| told);
                let new = entry.lines().into_iter().enumerate().skip(told);
                lines.extend(new.map(|(index, line)| (format!("{sk}#{}", index + 1), line)));
                last = Some(sk);
            }
            if !more {
                break;
            }
        }
        let more = lines.len() > most;
        lines.truncate(most);
        let next = lines.last().filter(|_| more).map(|(position, _)| PagePosition::new(position.clone()));
        Ok(Page { items: lines.into_iter().map(|(_, line)| line).collect(), next })
    }
}

/// The entry that a page ended in, and how many of its lines were told.
fn begun_entry(position: &str) -> Result<(&str, usize)> {
    let begun = position.rsplit_once('#').and_then(|(sk, told)| Some((sk, told.parse().ok()?)));
    begun.ok_or_else(|| Error::internal("audit: a position of another list"))
}
