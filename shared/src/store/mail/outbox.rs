//! The outbox: what waits to be mailed, claimed by one deliverer at a time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Result,
    domain::{
        Batch, BatchId, CompanyId, Delivery, DeliveryStep, Identifier, InvitationHash, MailKind, Person, Random, Scope,
        SuppressionReason,
    },
    store::{
        HashItem, InvitedBy, RateLimit, Store,
        condition::{any, at_most, equal},
        conditional_write::{ConditionalWrite, Written},
        invitations::hash::HASH_KEPT,
        items::from_item,
        keys::{self, Key},
        mail::{delivery::forward, queued_letter::QueuedLetter},
        read::Sort,
        transact::Transacted,
    },
};

/// Addresses in one item: with the item itself they are settled in one transaction, and SES takes 50 at once.
pub(in crate::store) const MAX_ADDRESSES: usize = 48;

/// A claimed item is the claimer's for this long.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What was queued more recently is the stream's: two deliverers would only exceed the pace together.
const STREAM_LAG: SignedDuration = SignedDuration::from_secs(5);

/// After so many tries an item is given up.
pub const MAX_ATTEMPTS: u32 = 6;

/// The partition of letters about sign-ups, which go ahead of invitations.
const LETTERS: &str = "otp";

/// What an item asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Task {
    /// A letter.
    Letter(QueuedLetter),
    /// Mails to people of a workspace or company.
    People {
        /// Which mail.
        kind: MailKind,
        /// The request it came with.
        batch: BatchId,
        /// The records.
        people: Vec<Key>,
    },
}

/// An item of the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QueuedItem {
    #[serde(flatten)]
    task: Task,
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    leased_until: i64,
    #[serde(default)]
    counted: bool,
    link_key: Option<String>,
    reason: Option<String>,
}

impl QueuedItem {
    fn new(task: Task) -> Self {
        Self { task, attempts: 0, leased_until: 0, counted: false, link_key: None, reason: None }
    }

    pub(in crate::store) fn letter(letter: QueuedLetter) -> Self {
        Self::new(Task::Letter(letter))
    }

    pub(in crate::store) fn people(kind: MailKind, of: Scope, batch: BatchId, people: &[&Identifier]) -> Self {
        let people = people.iter().map(|person| keys::person(of, person)).collect();
        Self::new(Task::People { kind, batch, people })
    }

    pub(in crate::store) fn into_change(self, now: Timestamp, random: &dyn Random) -> ConditionalWrite {
        let unique = random.uuid();
        let queue = match self.task {
            Task::Letter(_) => LETTERS.to_owned(),
            Task::People { .. } => (unique.as_bytes()[0] % keys::PARTITIONS).to_string(),
        };
        ConditionalWrite::put(&keys::outbox(&queue, now, unique), self)
    }
}

/// An item that this deliverer alone works on until its lease is over.
#[derive(Debug)]
pub struct Claimed {
    key: Key,
    claim: Uuid,
    /// What is to be done.
    pub task: Task,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// The link key that its hashes are made with, at every try the same.
    pub link_key: String,
    counted: bool,
}

/// A mail that an item asks for.
#[derive(Debug)]
pub struct Mail<'a> {
    /// The record.
    pub key: &'a Key,
    /// The person as they are now.
    pub person: &'a Person,
    /// The company that they are invited to, or into a workspace of, as long as their batch tells.
    pub company: Option<CompanyId>,
    /// The hash in its link, if it has one.
    pub hash: Option<InvitationHash>,
    /// Whether the recipient has an account.
    pub has_account: bool,
}

impl Mail<'_> {
    /// Counts `mails` to the address in its day, of at most `most`.
    fn count(&self, mails: usize, most: u32, now: Timestamp) -> ConditionalWrite {
        let day = RateLimit::mails(self.person.address.canonical(), most);
        day.take(u32::try_from(mails).unwrap_or(u32::MAX), now)
    }

    /// What the hash is looked up by. Writing it again changes nothing.
    fn hash_item(&self) -> Option<ConditionalWrite> {
        #[derive(Serialize)]
        struct Perishable {
            #[serde(flatten)]
            item: HashItem,
            purge_at: i64,
        }
        let hash = self.hash?.reveal();
        let invited_by = self.company.map(|company| InvitedBy { inviter: self.person.inviter, company });
        let item = HashItem { person: self.key.clone(), version: self.person.version, invited_by };
        let item = Perishable { item, purge_at: self.person.expires_at.as_second() + HASH_KEPT.as_secs() };
        Some(ConditionalWrite::put(&keys::hash(&keys::digest(&hash)), item))
    }
}

/// What became of one person's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailed {
    /// SES took it.
    Sent,
    /// It won't be mailed, for this reason.
    Failed(String),
    /// Their address isn't mailed any more, for this reason.
    Suppressed(SuppressionReason),
}

impl Store {
    /// Claims an item: one conditional update. `None` if it is gone or somebody else's.
    pub async fn claim(
        &self,
        key: &Key,
        link_key: &str,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Option<Claimed>> {
        let claim = random.uuid();
        let change = ConditionalWrite::update(key.clone())
            .if_present()
            // If a reply is lost, the SDK sends the write again and finds this claim itself.
            .expect(any([at_most("leased_until", now.as_millisecond()), equal("claim", claim)]))
            .set("leased_until", (now + LEASE).as_millisecond())
            .set("claim", claim)
            .set_if_absent("link_key", link_key)
            .add("attempts", 1);
        let Written::Done(item) = self.write(change).await? else { return Ok(None) };
        let mut item: QueuedItem = from_item(item)?;
        let link_key = item.link_key.take().unwrap_or_else(|| link_key.to_owned());
        let QueuedItem { task, attempts, counted, .. } = item;
        Ok(Some(Claimed { key: key.clone(), claim, task, attempts, link_key, counted }))
    }

    /// The keys of what waits and is nobody's, letters first, oldest first in each partition.
    pub async fn waiting(&self, now: Timestamp, most: usize) -> Result<Vec<Key>> {
        let mut waiting = Vec::new();
        for queue in queues() {
            waiting.extend(self.waiting_in(&queue, now, most).await?);
        }
        Ok(waiting)
    }

    /// As [`Store::waiting`], of letters only.
    pub async fn waiting_letters(&self, now: Timestamp, most: usize) -> Result<Vec<Key>> {
        self.waiting_in(LETTERS, now, most).await
    }

    async fn waiting_in(&self, queue: &str, now: Timestamp, most: usize) -> Result<Vec<Key>> {
        let fresh = keys::queued_at(now - STREAM_LAG);
        let due = Some(at_most("leased_until", now.as_millisecond()));
        self.query_where::<Key>(&format!("Q#{queue}"), Sort::Below(&fresh), most, due).await
    }

    /// Whether anything waits that was queued before this.
    pub async fn has_waited_since(&self, earlier: Timestamp) -> Result<bool> {
        let earlier = keys::queued_at(earlier);
        for queue in queues() {
            if !self.query_where::<Key>(&format!("Q#{queue}"), Sort::Below(&earlier), 1, None).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The people of a claimed item as they are now, and the request they were invited by last.
    pub async fn addressees(&self, people: &[Key], batch: BatchId) -> Result<(Vec<(Key, Person)>, Vec<Batch>)> {
        let mut found = self.get_many(people.iter().cloned().chain([keys::batch(batch)]).collect()).await?;
        let mut batches: Vec<Batch> = found.take(&keys::batch(batch))?.into_iter().collect();
        let mut addressees = Vec::with_capacity(people.len());
        for key in people {
            if let Some(person) = found.take::<Person>(key)? {
                addressees.push((key.clone(), person));
            }
        }
        let others: std::collections::HashSet<_> =
            addressees.iter().map(|(_, person)| person.batch).filter(|id| *id != batch).collect();
        if !others.is_empty() {
            let mut found = self.get_many(others.iter().map(|id| keys::batch(*id)).collect()).await?;
            for id in others {
                batches.extend(found.take::<Batch>(&keys::batch(id))?);
            }
        }
        Ok((addressees, batches))
    }

    /// Makes mails ready, in one transaction: writes the items that their hashes are looked up by, and counts each
    /// recipient's mail, once however often the item is tried. Answers the places of those who have had too many.
    pub async fn prepare(
        &self,
        claimed: &mut Claimed,
        mails: &[Mail<'_>],
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<usize>> {
        // Several people may share an address, and a transaction writes an item only once.
        let mut by_address: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, mail) in mails.iter().enumerate() {
            by_address.entry(mail.person.address.canonical()).or_default().push(place);
        }
        let mut open: Vec<Vec<usize>> = by_address.into_values().collect();
        let mut limited = Vec::new();
        loop {
            let mut changes = Vec::new();
            if !claimed.counted {
                for places in &mut open {
                    limited.extend(places.split_off(places.len().min(most as usize)));
                }
                open.retain(|places| !places.is_empty());
                changes.extend(open.iter().map(|places| mails[places[0]].count(places.len(), most, now)));
                changes.push(claimed.update().set("counted", true));
            }
            changes.extend(open.iter().flatten().filter_map(|place| mails[*place].hash_item()));
            let refused = if changes.is_empty() { Transacted::Done } else { self.transact(changes).await? };
            if matches!(refused, Transacted::Done) {
                claimed.counted = true;
                return Ok(limited);
            }
            if refused.refused(open.len()).is_some() {
                return Err(Error::internal("store: an outbox item was prepared after its lease was over"));
            }
            // One fewer of each address that had too many, until the rest fits.
            for (place, places) in open.iter_mut().enumerate() {
                if refused.refused(place).is_some() {
                    limited.extend(places.pop());
                }
            }
            open.retain(|places| !places.is_empty());
        }
    }

    /// Writes what became of some of a claimed item's mails and takes them off it: one transaction. The item is
    /// deleted when nobody is left. Whoever was invited anew meanwhile keeps the state of that invitation.
    pub async fn settle(
        &self,
        claimed: &mut Claimed,
        mailed: &[(&Key, &Person, Mailed)],
        now: Timestamp,
    ) -> Result<()> {
        let left = claimed.without(mailed.iter().map(|(key, ..)| *key));
        let mut marks: Vec<_> = mailed.iter().collect();
        loop {
            let mut changes: Vec<_> =
                marks.iter().map(|(key, person, mailed)| mark(key, person, mailed, now)).collect();
            changes.push(claimed.shrink(&left));
            let last = changes.len() - 1;
            let refused = self.transact(changes).await?;
            if matches!(refused, Transacted::Done) {
                claimed.task = left;
                return Ok(());
            }
            if refused.refused(last).is_some() {
                return Err(Error::internal("store: an outbox item was settled after its lease was over"));
            }
            let mut position = 0;
            marks.retain(|_| {
                position += 1;
                refused.refused(position - 1).is_none()
            });
        }
    }

    /// Gives a claimed item back, to be tried again from `at`. An attempt that SES refused for pace or pause isn't
    /// counted.
    pub async fn release(&self, claimed: &Claimed, at: Timestamp, counted: bool) -> Result<()> {
        let released = claimed.update().set("leased_until", at.as_millisecond());
        let released = released.add("attempts", if counted { 0 } else { -1 });
        self.write(released).await.map(|_| ())
    }

    /// Gives an item up: it moves to the dead partition with its reason, and its people's delivery has failed. `false`
    /// if it isn't the claimer's any more.
    pub async fn bury(
        &self,
        claimed: &Claimed,
        addressees: &[(Key, Person)],
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut item = QueuedItem::new(claimed.task.clone());
        item.counted = claimed.counted;
        item.link_key = Some(claimed.link_key.clone());
        item.reason = Some(reason.to_owned());
        let mut marks: Vec<_> = addressees.iter().collect();
        let failed = Mailed::Failed(reason.to_owned());
        loop {
            let mut changes = vec![claimed.done(), ConditionalWrite::put(&keys::dead(&claimed.key), &item)];
            changes.extend(marks.iter().map(|(key, person)| mark(key, person, &failed, now)));
            let refused = self.transact(changes).await?;
            if matches!(refused, Transacted::Done) {
                return Ok(true);
            }
            if refused.refused(0).is_some() {
                return Ok(false);
            }
            let mut position = 1;
            marks.retain(|_| {
                position += 1;
                refused.refused(position).is_none()
            });
        }
    }

    /// Brings back up to `most` items that were given up. Answers how many.
    pub async fn revive(&self, most: usize) -> Result<usize> {
        #[derive(Deserialize)]
        struct Dead {
            #[serde(flatten)]
            key: Key,
            #[serde(flatten)]
            item: QueuedItem,
        }
        let mut revived = 0;
        for queue in queues() {
            let items: Vec<Dead> = self.query(&format!("QX#{queue}"), "", most - revived).await?;
            for Dead { key, mut item } in items {
                item.attempts = 0;
                item.leased_until = 0;
                item.reason = None;
                let changes =
                    vec![ConditionalWrite::put(&keys::revived(&key), item), ConditionalWrite::delete(key).if_present()];
                if matches!(self.transact(changes).await?, Transacted::Done) {
                    revived += 1;
                }
            }
        }
        Ok(revived)
    }
}

impl Claimed {
    /// An update of the item, which succeeds only while the item is claimed by this deliverer.
    fn update(&self) -> ConditionalWrite {
        ConditionalWrite::update(self.key.clone()).expect(equal("claim", self.claim))
    }

    /// The write that leaves only these people on the item, or removes it.
    fn shrink(&self, left: &Task) -> ConditionalWrite {
        match left {
            Task::People { people, .. } if !people.is_empty() => self.update().set("people", people),
            _ => self.done(),
        }
    }

    /// The write that removes the item.
    pub(in crate::store) fn done(&self) -> ConditionalWrite {
        ConditionalWrite::delete(self.key.clone()).expect(equal("claim", self.claim))
    }

    fn without<'a>(&self, done: impl Iterator<Item = &'a Key>) -> Task {
        match &self.task {
            Task::Letter(letter) => Task::Letter(letter.clone()),
            Task::People { kind, batch, people } => {
                let done: std::collections::HashSet<_> = done.collect();
                let people = people.iter().filter(|key| !done.contains(key)).cloned().collect();
                Task::People { kind: *kind, batch: *batch, people }
            }
        }
    }

    /// Keeps only these people on it: the others need no mail after all.
    pub fn keep_people<'a>(&mut self, kept: impl Iterator<Item = &'a Key>) {
        let kept: std::collections::HashSet<_> = kept.collect();
        if let Task::People { people, .. } = &mut self.task {
            people.retain(|key| kept.contains(key));
        }
    }
}

/// The queues, those of letters about sign-ups first.
fn queues() -> impl Iterator<Item = String> {
    std::iter::once(LETTERS.to_owned()).chain((0..keys::PARTITIONS).map(|partition| partition.to_string()))
}

impl Key {
    /// Whether it is that of a letter that waits.
    pub fn is_of_letter(&self) -> bool {
        self.parts().0 == format!("Q#{LETTERS}")
    }
}

/// The write of what became of a person's mail.
fn mark(key: &Key, person: &Person, mailed: &Mailed, at: Timestamp) -> ConditionalWrite {
    let (step, detail) = match mailed {
        Mailed::Sent => (DeliveryStep::Sent, None),
        Mailed::Failed(detail) => (DeliveryStep::NotSent, Some(detail.clone())),
        Mailed::Suppressed(reason) => (DeliveryStep::Suppressed, Some(reason.words().to_owned())),
    };
    forward(key, person.version, &Delivery { step, at, detail }, None)
}
