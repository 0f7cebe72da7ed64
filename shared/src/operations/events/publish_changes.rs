//! Publishing domain events. The table's stream reports the changes that the events derive from.

use crate::{
    Error, Result, Usher,
    bus::BusEvent,
    domain::{DomainEvent, MembershipState, Person, Scope, domain_events_between},
    store::HashItem,
};

/// A change of the table's content from which domain events may derive.
#[derive(Debug)]
pub enum TableChange {
    /// A person's record was written.
    Person {
        /// The workspace or company to which the person's record belongs.
        scope: Scope,
        /// The person's record before the change. `None` if the person had no record before.
        old: Option<Box<Person>>,
        /// The person's record after the change.
        new: Box<Person>,
    },
    /// DynamoDB deleted the record by which the hash of a link is looked up. DynamoDB deletes the record of a link's
    /// hash some time after the link has expired.
    LinkPurged(HashItem),
}

impl Usher {
    /// Publishes the domain events that derive from `changes`. An event can be published several times, always with the
    /// same event id. The result lists the indexes of the changes whose events were not all published. The calling code
    /// must pass the changes whose events were not published to the function again.
    ///
    /// # Errors
    /// [`Error::Internal`] if the function has no event bus.
    pub async fn publish(&self, changes: &[TableChange]) -> Result<Vec<usize>> {
        let bus = self.bus.as_ref().ok_or_else(|| Error::internal("publishing events: there is no event bus"))?;
        let mut unpublished = Vec::new();
        let mut events = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            match self.events_of(change).await {
                Ok(derived) => events.extend(derived.into_iter().map(|event| (index, event))),
                Err(error) => {
                    tracing::warn!(?error, "the events of a change can't be derived now; the change is retried");
                    unpublished.push(index);
                }
            }
        }
        let (indexes, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        let accepted = bus.publish(&events).await;
        unpublished.extend(indexes.into_iter().zip(accepted).filter(|(_, accepted)| !accepted).map(|(index, _)| index));
        unpublished.sort_unstable();
        unpublished.dedup();
        Ok(unpublished)
    }

    async fn events_of(&self, change: &TableChange) -> Result<Vec<BusEvent>> {
        match change {
            TableChange::Person { scope, old, new } => {
                let events = domain_events_between(old.as_deref(), new);
                Ok(events.into_iter().map(|event| BusEvent::new(event, *scope, new)).collect())
            }
            TableChange::LinkPurged(hash) => {
                let Some(scope) = hash.person.scope() else { return Ok(Vec::new()) };
                let person = self.store.person_of_hash(hash).await?;
                // DynamoDB also deletes the record of the link of an invitation that was answered or sent again. An
                // invitation that was answered or sent again did not expire, so no event is published when its old link
                // is deleted.
                let expired = person.filter(|person| {
                    person.version == hash.version && person.state(self.now()) == MembershipState::Expired
                });
                let event = expired.map(|person| BusEvent::new(DomainEvent::InvitationExpired, scope, &person));
                Ok(event.into_iter().collect())
            }
        }
    }
}
