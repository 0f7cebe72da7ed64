//! Delivery states of mails, and suppressed addresses. Usher sends no more mail to a suppressed address.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Result,
    domain::{
        DeliveryEvent, DeliveryState, EmailAddress, Identifier, Identity, MailedRecord, Person, Suppression,
        SuppressionReason,
    },
    store::{
        Store,
        condition::{above, absent, all, any, at_most, equal, pair_below},
        conditional_write::{ConditionalWrite, Written},
        items::{Item, from_item},
        keys::{self, Key},
        transact::Transacted,
    },
};

/// What the table holds about a person's address: the account and the suppression. An address may have an account, or a
/// suppression, or both, or neither.
#[derive(Debug, Clone, Default)]
pub struct AddressRecords {
    /// The verified account of the person.
    pub identity: Option<Identity>,
    /// The suppression of the address. The suppression applies to all people who share the address with different user
    /// codes.
    pub suppressed: Option<Suppression>,
}

impl AddressRecords {
    /// Reads the item of the person and the item of the address. For a person without a user code, the item of the
    /// person is the item of the address.
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
    /// Reads the accounts and suppressions of people who differ from each other. The result has one entry for each
    /// identifier, in the order of the identifiers. People who share an address also share the suppression of the
    /// address.
    pub async fn address_records(&self, identifiers: &[&Identifier]) -> Result<Vec<AddressRecords>> {
        let keys =
            |identifier: &Identifier| (keys::identity(identifier), keys::identity(&identifier.address.clone().into()));
        let all_keys: std::collections::HashSet<_> = identifiers
            .iter()
            .map(|identifier| keys(identifier))
            .flat_map(|(person, address)| [person, address])
            .collect();
        let found = self.get_many(all_keys.into_iter().collect()).await?;
        let records = identifiers.iter().map(|identifier| {
            let (person, address) = keys(identifier);
            AddressRecords::read(found.item(&person).cloned(), found.item(&address))
        });
        records.collect()
    }

    /// Writes the delivery state of a mail with one conditional update, if the person's record still has the version
    /// that was mailed and no later delivery state. If the delivery state suppresses the address, the same transaction
    /// writes the suppression. The suppression is also written if the person's record has moved on to a later version
    /// or delivery state. If the record does not exist or belongs to another person, nothing is written. Returns `true`
    /// if the delivery state or the suppression was written.
    pub async fn record_delivery(&self, mail: &MailedRecord, delivery: &DeliveryEvent) -> Result<bool> {
        let step_write =
            delivery_write(&keys::person(mail.scope, &mail.identifier), mail.version, delivery, Some(mail));
        let Some(reason) = delivery.step.suppression_reason() else {
            return Ok(matches!(self.write(step_write).await?, Written::Done(_)));
        };
        let suppression = suppression_write(&mail.identifier.address, reason, delivery.at);
        let transacted = self.transact(vec![step_write.clone(), suppression.clone()]).await?;
        let (record, address) = (transacted.refused(0), transacted.refused(1));
        let remaining = match (record, address) {
            _ if matches!(transacted, Transacted::Done) => return Ok(true),
            (None, _) => step_write,
            (Some(stored), None) if is_of_person(stored, mail) => suppression,
            (Some(_), _) => return Ok(false),
        };
        Ok(matches!(self.write(remaining).await?, Written::Done(_)))
    }

    /// Writes the suppression of an address. Returns whether the suppression is new.
    pub async fn suppress(&self, address: &EmailAddress, reason: SuppressionReason, at: Timestamp) -> Result<bool> {
        Ok(matches!(self.write(suppression_write(address, reason, at)).await?, Written::Done(_)))
    }
}

/// Whether the stored record is the record of the mailed person.
fn is_of_person(stored: &Item, mail: &MailedRecord) -> bool {
    from_item::<Person>(stored.clone()).is_ok_and(|person| person.person_id == mail.person_id)
}

/// The write of a delivery state for the mail of this version of an invitation. The write of a delivery state expects
/// that the recorded event has a lower [position](DeliveryEvent::position). A record whose delivery is QUEUED has no
/// delivery step yet, and accepts any delivery step. The argument `mail` is the mail that an SES event is about. The
/// deliverer passes `None` as `mail`, because the deliverer may write a delivery step again that an SES event has
/// already recorded.
pub(in crate::store) fn delivery_write(
    key: &Key,
    version: u32,
    delivery: &DeliveryEvent,
    mail: Option<&MailedRecord>,
) -> ConditionalWrite {
    let (step, at) = delivery.position();
    let queued = equal("delivery", DeliveryState::Queued);
    let write = ConditionalWrite::update(key.clone()).expect(equal("version", version));
    let write = match mail {
        None => write.expect(any([queued, at_most("delivery_step", step)])),
        Some(mail) => {
            let earlier = pair_below(("delivery_step", "delivery_at"), delivery.position());
            write.expect(equal("person_id", &mail.person_id)).expect(any([queued, earlier]))
        }
    };
    write
        .set("delivery", delivery.step.state())
        .set("delivery_step", step)
        .set("delivery_at", at)
        .set("delivery_detail", &delivery.detail)
}

/// The write of a suppression. The address keeps the strongest reason for its suppression, with the earliest time of
/// the same reason.
fn suppression_write(address: &EmailAddress, reason: SuppressionReason, at: Timestamp) -> ConditionalWrite {
    let at = at.as_millisecond();
    let earlier = all([equal("suppressed_for", reason), above("suppressed_at", at)]);
    let weaker = SuppressionReason::ALL.into_iter().filter(|other| *other < reason);
    let weaker = weaker.map(|other| equal("suppressed_for", other));
    ConditionalWrite::update(keys::identity(&address.clone().into()))
        .expect(any([absent("suppressed_at"), earlier].into_iter().chain(weaker)))
        .set("suppressed_at", at)
        .set("suppressed_for", reason)
}
