//! What became of mails, and the addresses that aren't mailed any more.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{
        Delivery, DeliveryState, EmailAddress, Identifier, Identity, MailedTo, Person, Suppression, SuppressionReason,
    },
    store::{
        Store,
        condition::{above, absent, all, any, at_most, below, equal},
        conditional_write::{ConditionalWrite, Written},
        items::{Item, from_item},
        keys::{self, Key},
        transact::Transacted,
    },
};

/// What is kept of somebody: their account, and whether their address is mailed. Either may be there alone.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Their account.
    pub identity: Option<Identity>,
    /// That the address isn't mailed, whoever it is at it.
    pub suppressed: Option<Suppression>,
}

impl Known {
    /// Reads the item of the person and that of the address, which are one where there is no code.
    pub(in crate::store) fn read(person: Option<Item>, address: Option<&Item>) -> Result<Self> {
        #[derive(Deserialize)]
        struct Suppressed {
            #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
            suppressed_at: Timestamp,
            suppressed_for: SuppressionReason,
        }
        let suppressed = address.filter(|item| item.contains_key("suppressed_at")).cloned();
        let suppressed = suppressed.map(from_item::<Suppressed>).transpose()?;
        let identity = person.filter(|item| item.contains_key("user")).map(from_item).transpose()?;
        let suppressed =
            suppressed.map(|Suppressed { suppressed_at: since, suppressed_for: reason }| Suppression { since, reason });
        Ok(Self { identity, suppressed })
    }
}

impl Store {
    /// What is known of these people, who differ from each other: for each, in order. Two at one address share whether
    /// it is mailed.
    pub async fn known(&self, of: &[&Identifier]) -> Result<Vec<Known>> {
        let keys = |one: &Identifier| (keys::identity(one), keys::identity(&one.address.clone().into()));
        let wanted: std::collections::HashSet<_> =
            of.iter().map(|one| keys(one)).flat_map(|(person, address)| [person, address]).collect();
        let found = self.get_many(wanted.into_iter().collect()).await?;
        let known = of.iter().map(|one| {
            let (person, address) = keys(one);
            Known::read(found.item(&person).cloned(), found.item(&address))
        });
        known.collect()
    }

    /// Writes what became of a mail, if the record is still at that version and nothing later is known: one conditional
    /// update. What keeps the address from being mailed again is written in the same transaction, and also where the
    /// record went on. A mail of which there is no such record changes nothing. Answers whether anything was written.
    pub async fn record_delivery(&self, mail: &MailedTo, delivery: &Delivery) -> Result<bool> {
        let step = forward(&keys::person(mail.of, &mail.identifier), mail.version, delivery, Some(mail));
        let Some(reason) = delivery.step.suppresses() else {
            return Ok(matches!(self.write(step).await?, Written::Done(_)));
        };
        let suppressed = suppress(&mail.identifier.address, reason, delivery.at);
        let transacted = self.transact(vec![step.clone(), suppressed.clone()]).await?;
        let (record, address) = (transacted.refused(0), transacted.refused(1));
        let alone = match (record, address) {
            _ if matches!(transacted, Transacted::Done) => return Ok(true),
            (None, _) => step,
            (Some(there), None) if is_of(there, mail) => suppressed,
            (Some(_), _) => return Ok(false),
        };
        Ok(matches!(self.write(alone).await?, Written::Done(_)))
    }

    /// Writes that an address isn't mailed any more. Answers whether that was news.
    pub async fn suppress(&self, address: &EmailAddress, reason: SuppressionReason, at: Timestamp) -> Result<bool> {
        Ok(matches!(self.write(suppress(address, reason, at)).await?, Written::Done(_)))
    }
}

fn is_of(there: &Item, mail: &MailedTo) -> bool {
    from_item::<Person>(there.clone()).is_ok_and(|person| person.person_id == mail.person)
}

/// The write of what became of the mail of this version: [`Delivery::follows`] as a condition. A record whose mail waits
/// knows nothing of it yet. The deliverer, who names no mail, may write a step again that an event was first to tell.
pub(in crate::store) fn forward(
    key: &Key,
    version: u32,
    delivery: &Delivery,
    mail: Option<&MailedTo>,
) -> ConditionalWrite {
    let (step, at) = (delivery.step.rank(), delivery.at.as_millisecond());
    let queued = equal("delivery", DeliveryState::Queued);
    let write = ConditionalWrite::update(key.clone()).expect(equal("version", version));
    let write = match mail {
        None => write.expect(any([queued, at_most("delivery_step", step)])),
        Some(mail) => {
            let later = all([equal("delivery_step", step), below("delivery_at", at)]);
            write.expect(equal("person_id", &mail.person)).expect(any([queued, below("delivery_step", step), later]))
        }
    };
    write
        .set("delivery", delivery.step.state())
        .set("delivery_step", step)
        .set("delivery_at", at)
        .set("delivery_detail", &delivery.detail)
}

/// The write by which an address isn't mailed any more: the greatest reason stands, and the first time of it.
fn suppress(address: &EmailAddress, reason: SuppressionReason, at: Timestamp) -> ConditionalWrite {
    let at = at.as_millisecond();
    let earlier = all([equal("suppressed_for", reason), above("suppressed_at", at)]);
    let lesser = SuppressionReason::ALL.into_iter().filter(|other| *other < reason);
    let lesser = lesser.map(|other| equal("suppressed_for", other));
    ConditionalWrite::update(keys::identity(&address.clone().into()))
        .expect(any([absent("suppressed_at"), earlier].into_iter().chain(lesser)))
        .set("suppressed_at", at)
        .set("suppressed_for", reason)
}
