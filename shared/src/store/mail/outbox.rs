//! The outbox: mails that wait for delivery. A deliverer claims an outbox item before it sends the item's mails, so
//! that an item has at most one deliverer at a time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Result,
    domain::{
        Batch, BatchId, CompanyId, DeliveryEvent, DeliveryStep, Identifier, InvitationHash, MailKind, Person, Random,
        RateLimit, Scope, SuppressionReason,
    },
    store::{
        Store,
        condition::{any, at_most, equal},
        conditional_write::{ConditionalWrite, Written},
        invitations::hash::hash_item_write,
        items::from_item,
        keys::{self, Key},
        mail::{
            delivery::delivery_write,
            queued_letter::QueuedLetter,
            queues::{LETTER_QUEUE, queues},
        },
        read::Sort,
        transact::Transacted,
    },
};

/// The largest number of addresses in one outbox item. One transaction writes the results for all addresses and for the
/// outbox item itself, and SES takes 50 addresses in one call.
pub(in crate::store) const MAX_ADDRESSES: usize = 48;

/// The lease: how long an outbox item belongs to the deliverer that claims the item.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// Outbox items that are younger than this time are left to the deliverers that the table's stream invokes, so that the
/// sweep doesn't try to claim items that these deliverers work on.
const STREAM_LAG: SignedDuration = SignedDuration::from_secs(5);

/// The number of attempts to deliver an outbox item after which the deliverer gives the item up.
pub const MAX_ATTEMPTS: u32 = 6;

/// The mails that an outbox item asks the deliverer to send.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OutboxTask {
    /// One letter, which is a mail that does not invite or add a person.
    Letter(QueuedLetter),
    /// Mails to people of a workspace or company.
    People {
        /// The kind of mail that the people of the outbox item get.
        kind: MailKind,
        /// The batch of the request that queued the mails.
        batch: BatchId,
        /// The keys of the records of the people who get the mails.
        people: Vec<Key>,
    },
}

/// An item of the outbox: mails that wait for delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxItem {
    #[serde(flatten)]
    task: OutboxTask,
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    leased_until: i64,
    #[serde(default)]
    counted: bool,
    link_key: Option<String>,
    reason: Option<String>,
}

impl OutboxItem {
    fn new(task: OutboxTask) -> Self {
        Self { task, attempts: 0, leased_until: 0, counted: false, link_key: None, reason: None }
    }

    /// An outbox item that asks the deliverer to send a letter.
    pub(in crate::store) fn letter(letter: QueuedLetter) -> Self {
        Self::new(OutboxTask::Letter(letter))
    }

    /// An outbox item that asks the deliverer to send mails to people.
    pub(in crate::store) fn people(kind: MailKind, scope: Scope, batch: BatchId, people: &[&Identifier]) -> Self {
        let people = people.iter().map(|person| keys::person(scope, person)).collect();
        Self::new(OutboxTask::People { kind, batch, people })
    }

    /// The write that queues the outbox item.
    pub(in crate::store) fn into_write(self, now: Timestamp, random: &dyn Random) -> ConditionalWrite {
        let unique = random.uuid();
        let queue = match self.task {
            OutboxTask::Letter(_) => LETTER_QUEUE.to_owned(),
            OutboxTask::People { .. } => (unique.as_bytes()[0] % keys::PARTITIONS).to_string(),
        };
        ConditionalWrite::put(&keys::outbox(&queue, now, unique), self)
    }
}

/// An outbox item that this deliverer has claimed. Until the lease of the claim ends, no other deliverer works on the
/// outbox item.
#[derive(Debug)]
pub struct ClaimedItem {
    key: Key,
    claim: Uuid,
    /// The mails that the claimed outbox item asks for.
    pub task: OutboxTask,
    /// The number of attempts to deliver the outbox item, including the current attempt.
    pub attempts: u32,
    /// The key that the hashes of the links are derived from. This key of the link secret is the same at every attempt
    /// to deliver the outbox item.
    pub link_key: String,
    /// Whether the mails already count towards the daily limits of their addresses.
    counted: bool,
}

/// A mail that a deliverer is about to send.
#[derive(Debug)]
pub struct MailToPerson<'a> {
    /// The key of the record of the person who gets the mail.
    pub key: &'a Key,
    /// The current record of the person who gets the mail.
    pub person: &'a Person,
    /// The company of the invitation, as the batch of the invitation states it. `None` if the batch no longer exists.
    pub company: Option<CompanyId>,
    /// The invitation hash in the mail's link, if the mail has a link.
    pub hash: Option<InvitationHash>,
    /// Whether the recipient has an account.
    pub has_account: bool,
}

impl MailToPerson<'_> {
    /// The write that counts `mails` towards the daily limit `limit` of the address.
    fn count_write(&self, mails: usize, limit: u32, now: Timestamp) -> ConditionalWrite {
        let daily_limit = RateLimit::mails(self.person.address.canonical(), limit);
        daily_limit.consume_write(u32::try_from(mails).unwrap_or(u32::MAX), now)
    }

    /// The write of the item of the hash in the mail's link, if the mail has a link.
    fn hash_item_write(&self) -> Option<ConditionalWrite> {
        Some(hash_item_write(self.key, self.person, self.company, self.hash.as_ref()?))
    }
}

/// The result of sending the mail of an outbox item to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailResult {
    /// SES accepted the mail.
    Sent,
    /// The result that the deliverer will not send the mail, with the reason.
    Failed(String),
    /// The result that the mail was not sent because the address is suppressed, with the reason for the suppression.
    Suppressed(SuppressionReason),
}

impl Store {
    /// Claims an outbox item with one conditional update. Returns `None` if the outbox item does not exist or another
    /// deliverer has claimed it.
    pub async fn claim(&self, key: &Key, link_key: &str, now: Timestamp) -> Result<Option<ClaimedItem>> {
        let claim = self.random().uuid();
        let write = ConditionalWrite::update(key.clone())
            .if_present()
            // If DynamoDB's reply to a claim is lost, the SDK repeats the write. The repeated write finds its own claim
            // in the outbox item, and therefore succeeds.
            .expect(any([at_most("leased_until", now.as_millisecond()), equal("claim", claim)]))
            .set("leased_until", (now + LEASE).as_millisecond())
            .set("claim", claim)
            .set_if_absent("link_key", link_key)
            .add("attempts", 1);
        let Written::Done(item) = self.write(write).await? else { return Ok(None) };
        let mut item: OutboxItem = from_item(item)?;
        let link_key = item.link_key.take().unwrap_or_else(|| link_key.to_owned());
        let OutboxItem { task, attempts, counted, .. } = item;
        Ok(Some(ClaimedItem { key: key.clone(), claim, task, attempts, link_key, counted }))
    }

    /// The keys of unclaimed outbox items, at most `limit` keys per queue. The keys of letters come first. The keys of
    /// each queue are in the order of age, the oldest item first.
    pub async fn waiting(&self, now: Timestamp, limit: usize) -> Result<Vec<Key>> {
        let mut waiting = Vec::new();
        for queue in queues() {
            waiting.extend(self.waiting_in(&queue, now, limit).await?);
        }
        Ok(waiting)
    }

    /// The keys of unclaimed outbox items that ask for letters, oldest first, at most `limit` keys.
    pub async fn waiting_letters(&self, now: Timestamp, limit: usize) -> Result<Vec<Key>> {
        self.waiting_in(LETTER_QUEUE, now, limit).await
    }

    /// The keys of unclaimed outbox items in one queue, oldest first.
    async fn waiting_in(&self, queue: &str, now: Timestamp, limit: usize) -> Result<Vec<Key>> {
        let newest = keys::outbox_prefix(now - STREAM_LAG);
        let due = Some(at_most("leased_until", now.as_millisecond()));
        self.query_where::<Key>(&format!("Q#{queue}"), Sort::Below(&newest), limit, due).await
    }

    /// Whether the outbox has an item that was queued before this time.
    pub async fn has_waited_since(&self, before: Timestamp) -> Result<bool> {
        let before = keys::outbox_prefix(before);
        for queue in queues() {
            if !self.query_where::<Key>(&format!("Q#{queue}"), Sort::Below(&before), 1, None).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the current records of the people of a claimed outbox item, and the batches of their last invitations.
    pub async fn addressees(&self, people: &[Key], batch: BatchId) -> Result<(Vec<(Key, Person)>, Vec<Batch>)> {
        let mut found = self.get_many(people.iter().cloned().chain([keys::batch(batch)]).collect()).await?;
        let mut batches: Vec<Batch> = found.take(&keys::batch(batch))?.into_iter().collect();
        let mut addressees = Vec::with_capacity(people.len());
        for key in people {
            if let Some(person) = found.take::<Person>(key)? {
                addressees.push((key.clone(), person));
            }
        }
        let other_batches: std::collections::HashSet<_> =
            addressees.iter().map(|(_, person)| person.batch).filter(|id| *id != batch).collect();
        if !other_batches.is_empty() {
            let mut found = self.get_many(other_batches.iter().map(|id| keys::batch(*id)).collect()).await?;
            for id in other_batches {
                batches.extend(found.take::<Batch>(&keys::batch(id))?);
            }
        }
        Ok((addressees, batches))
    }

    /// Prepares mails in one transaction: writes the items of their hashes, and counts each mail once towards the daily
    /// limit of its address, however often the outbox item is attempted. Returns the indexes of the mails that exceed
    /// the daily limit of their address.
    pub async fn prepare(
        &self,
        claimed: &mut ClaimedItem,
        mails: &[MailToPerson<'_>],
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<usize>> {
        // DynamoDB allows only one write to an item in a transaction, and several people may share an address. The
        // mails to one address are therefore counted together.
        let mut by_address: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, mail) in mails.iter().enumerate() {
            by_address.entry(mail.person.address.canonical()).or_default().push(index);
        }
        let mut groups: Vec<Vec<usize>> = by_address.into_values().collect();
        let mut limited = Vec::new();
        loop {
            let mut writes = Vec::new();
            if !claimed.counted {
                for indexes in &mut groups {
                    limited.extend(indexes.split_off(indexes.len().min(limit as usize)));
                }
                groups.retain(|indexes| !indexes.is_empty());
                writes.extend(groups.iter().map(|indexes| mails[indexes[0]].count_write(indexes.len(), limit, now)));
                writes.push(claimed.update().set("counted", true));
            }
            writes.extend(groups.iter().flatten().filter_map(|index| mails[*index].hash_item_write()));
            let result = if writes.is_empty() { Transacted::Done } else { self.transact(writes).await? };
            if matches!(result, Transacted::Done) {
                claimed.counted = true;
                return Ok(limited);
            }
            if result.refused(groups.len()).is_some() {
                return Err(Error::internal("store: the lease of an outbox item ended before its mails were prepared"));
            }
            // The loop drops one mail to each address that is above its daily limit, until the remaining mails fit.
            for (write_index, indexes) in groups.iter_mut().enumerate() {
                if result.refused(write_index).is_some() {
                    limited.extend(indexes.pop());
                }
            }
            groups.retain(|indexes| !indexes.is_empty());
        }
    }

    /// Writes the results of some mails and removes the mailed people from the claimed outbox item, in one transaction.
    /// If no people remain on the outbox item, the transaction deletes it. If a person has got a newer invitation
    /// meanwhile, the newer invitation keeps its own delivery state.
    pub async fn record_mailed(
        &self,
        claimed: &mut ClaimedItem,
        mailed: &[(&Key, &Person, MailResult)],
        now: Timestamp,
    ) -> Result<()> {
        let remaining = claimed.without(mailed.iter().map(|(key, ..)| *key));
        let mut pending: Vec<_> = mailed.iter().collect();
        loop {
            let mut writes: Vec<_> =
                pending.iter().map(|(key, person, mailed)| mail_result_write(key, person, mailed, now)).collect();
            writes.push(claimed.shrink(&remaining));
            let last = writes.len() - 1;
            let result = self.transact(writes).await?;
            if matches!(result, Transacted::Done) {
                claimed.task = remaining;
                return Ok(());
            }
            if result.refused(last).is_some() {
                return Err(Error::internal("store: the lease of a mailed item ended before its results were written"));
            }
            let mut write_index = 0;
            pending.retain(|_| {
                write_index += 1;
                result.refused(write_index - 1).is_none()
            });
        }
    }

    /// Gives a claimed outbox item back, so that a deliverer attempts the item again at the time `at`. With `counted`
    /// set to `false`, the current attempt does not count, for example because SES refused the mails for their pace or
    /// because sending is paused.
    pub async fn release(&self, claimed: &ClaimedItem, at: Timestamp, counted: bool) -> Result<()> {
        let released = claimed.update().set("leased_until", at.as_millisecond());
        let released = released.add("attempts", if counted { 0 } else { -1 });
        self.write(released).await.map(|_| ())
    }

    /// Gives up an outbox item: moves the item to the partition of abandoned items together with the reason, and marks
    /// the delivery of the mails to the item's people as failed. Returns `false` if this deliverer no longer holds the
    /// claim.
    pub async fn give_up(
        &self,
        claimed: &ClaimedItem,
        addressees: &[(Key, Person)],
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut item = OutboxItem::new(claimed.task.clone());
        item.counted = claimed.counted;
        item.link_key = Some(claimed.link_key.clone());
        item.reason = Some(reason.to_owned());
        let mut pending: Vec<_> = addressees.iter().collect();
        let failed = MailResult::Failed(reason.to_owned());
        loop {
            let mut writes = vec![claimed.done(), ConditionalWrite::put(&keys::abandoned(&claimed.key), &item)];
            writes.extend(pending.iter().map(|(key, person)| mail_result_write(key, person, &failed, now)));
            let result = self.transact(writes).await?;
            if matches!(result, Transacted::Done) {
                return Ok(true);
            }
            if result.refused(0).is_some() {
                return Ok(false);
            }
            let mut write_index = 1;
            pending.retain(|_| {
                write_index += 1;
                result.refused(write_index).is_none()
            });
        }
    }

    /// Moves up to `limit` abandoned outbox items back into their queues. Returns the number of outbox items that were
    /// moved.
    pub async fn requeue_abandoned(&self, limit: usize) -> Result<usize> {
        #[derive(Deserialize)]
        struct AbandonedItem {
            #[serde(flatten)]
            key: Key,
            #[serde(flatten)]
            item: OutboxItem,
        }
        let mut revived = 0;
        for queue in queues() {
            let items: Vec<AbandonedItem> = self.query(&format!("QX#{queue}"), "", limit - revived).await?;
            for AbandonedItem { key, mut item } in items {
                item.attempts = 0;
                item.leased_until = 0;
                item.reason = None;
                let writes =
                    vec![ConditionalWrite::put(&keys::revived(&key), item), ConditionalWrite::delete(key).if_present()];
                if matches!(self.transact(writes).await?, Transacted::Done) {
                    revived += 1;
                }
            }
        }
        Ok(revived)
    }
}

impl ClaimedItem {
    /// An update of a claimed outbox item, which succeeds only while this deliverer holds the claim.
    fn update(&self) -> ConditionalWrite {
        ConditionalWrite::update(self.key.clone()).expect(equal("claim", self.claim))
    }

    /// The write that leaves only the remaining people on the outbox item. If no people remain, the write deletes the
    /// outbox item.
    fn shrink(&self, remaining: &OutboxTask) -> ConditionalWrite {
        match remaining {
            OutboxTask::People { people, .. } if !people.is_empty() => self.update().set("people", people),
            _ => self.done(),
        }
    }

    /// The write that deletes the claimed outbox item.
    pub(in crate::store) fn done(&self) -> ConditionalWrite {
        ConditionalWrite::delete(self.key.clone()).expect(equal("claim", self.claim))
    }

    /// The outbox item's task without the people whose mails need no more work. A task names the mails and recipients.
    fn without<'a>(&self, finished: impl Iterator<Item = &'a Key>) -> OutboxTask {
        match &self.task {
            OutboxTask::Letter(letter) => OutboxTask::Letter(letter.clone()),
            OutboxTask::People { kind, batch, people } => {
                let finished: std::collections::HashSet<_> = finished.collect();
                let people = people.iter().filter(|key| !finished.contains(key)).cloned().collect();
                OutboxTask::People { kind: *kind, batch: *batch, people }
            }
        }
    }

    /// Keeps only the people of `people_to_keep` on the outbox item, because the other people of the item need no mail
    /// any more.
    pub fn keep_people<'a>(&mut self, people_to_keep: impl Iterator<Item = &'a Key>) {
        let people_to_keep: std::collections::HashSet<_> = people_to_keep.collect();
        if let OutboxTask::People { people, .. } = &mut self.task {
            people.retain(|key| people_to_keep.contains(key));
        }
    }
}

/// The write of the result of mailing one person.
fn mail_result_write(key: &Key, person: &Person, mailed: &MailResult, at: Timestamp) -> ConditionalWrite {
    let (step, detail) = match mailed {
        MailResult::Sent => (DeliveryStep::Sent, None),
        MailResult::Failed(detail) => (DeliveryStep::NotSent, Some(detail.clone())),
        MailResult::Suppressed(reason) => (DeliveryStep::Suppressed, Some(reason.description().to_owned())),
    };
    delivery_write(key, person.version, &DeliveryEvent { step, at, detail }, None)
}
