//! What became of mails, and the addresses that aren't mailed any more.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{
        Delivery, DeliveryState, EmailAddress, Identifier, Identity, MailedTo, Person, Suppression, SuppressionReason,
    },
    store::{
        Item, Store,
        conditional_write::{ConditionalWrite, Written},
        from_item,
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
    const RULE: &str = "#version = :version AND (#delivery = :queued OR #delivery_step < :step \
                        OR (#delivery_step = :step AND #delivery_at < :at))";
    const OWN_RULE: &str = "#version = :version AND (#delivery = :queued OR #delivery_step <= :step)";
    let update = "SET #delivery = :state, #delivery_step = :step, #delivery_at = :at, #delivery_detail = :detail";
    let change = ConditionalWrite::update(key.clone(), update);
    let change = match mail {
        None => change.when(OWN_RULE),
        Some(mail) => change.when(format!("#person_id = :person AND {RULE}")).with("person", &mail.person),
    };
    change
        .with("state", delivery.step.state())
        .with("step", delivery.step.rank())
        .with("at", delivery.at.as_millisecond())
        .with("detail", &delivery.detail)
        .with("version", version)
        .with("queued", DeliveryState::Queued)
}

/// The write by which an address isn't mailed any more: the greatest reason stands, and the first time of it.
fn suppress(address: &EmailAddress, reason: SuppressionReason, at: Timestamp) -> ConditionalWrite {
    let lesser: Vec<_> = SuppressionReason::ALL.into_iter().filter(|other| *other < reason).enumerate().collect();
    let others: Vec<_> = lesser.iter().map(|(number, _)| format!(" OR #suppressed_for = :lesser{number}")).collect();
    let condition = "attribute_not_exists(#suppressed_at) OR (#suppressed_for = :reason AND #suppressed_at > :at)";
    let key = keys::identity(&address.clone().into());
    let change = ConditionalWrite::update(key, "SET #suppressed_at = :at, #suppressed_for = :reason")
        .when(format!("{condition}{}", others.concat()))
        .with("at", at.as_millisecond())
        .with("reason", reason);
    lesser.into_iter().fold(change, |change, (number, other)| change.with(&format!("lesser{number}"), other))
}
