//! Telling others what domain_events_of, as the table's stream tells of its changes.

use crate::{
    Error, Result, Usher,
    bus::BusEvent,
    domain::{DomainEvent, MembershipState, Person, Scope, domain_events_of},
    store::HashItem,
};

/// A change of the table that others may have to hear of.
#[derive(Debug)]
pub enum TableChange {
    /// A person's record was written.
    Person {
        /// Where the person is.
        of: Scope,
        /// The record before, if there was one.
        old: Option<Box<Person>>,
        /// The record after.
        new: Box<Person>,
    },
    /// What a link was looked up by is gone, long after the link's end.
    LinkPurged(HashItem),
}

impl Usher {
    /// ResultDetail what domain_events_of, each at least once: of what is told again the id is the same. Answers which of the changes,
    /// by their places, weren't wholly told and are to come again.
    ///
    /// # Errors
    /// If there is no bus.
    pub async fn publish(&self, changes: &[TableChange]) -> Result<Vec<usize>> {
        let bus = self.bus.as_ref().ok_or_else(|| Error::internal("publish: there is no event bus"))?;
        let mut untold = Vec::new();
        let mut events = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            match self.events(change).await {
                Ok(told) => events.extend(told.into_iter().map(|event| (place, event))),
                Err(error) => {
                    tracing::warn!(?error, "a change will be told later");
                    untold.push(place);
                }
            }
        }
        let (places, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        let taken = bus.tell(&events).await;
        untold.extend(places.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(place, _)| place));
        untold.sort_unstable();
        untold.dedup();
        Ok(untold)
    }

    async fn events(&self, change: &TableChange) -> Result<Vec<BusEvent>> {
        match change {
            TableChange::Person { of, old, new } => {
                let domain_events_of = domain_events_of(old.as_deref(), new);
                Ok(domain_events_of.into_iter().map(|happening| BusEvent::new(happening, *of, new)).collect())
            }
            // Of an invitation that was answered, or sent anew, there is nothing to tell.
            TableChange::LinkPurged(hash) => {
                let Some(of) = hash.person.scope() else { return Ok(Vec::new()) };
                let person = self.store.person_of_hash(hash).await?;
                let expired = person.filter(|person| {
                    person.version == hash.version && person.state(self.now()) == MembershipState::Expired
                });
                let told = expired.map(|person| BusEvent::new(DomainEvent::InvitationExpired, of, &person));
                Ok(told.into_iter().collect())
            }
        }
    }
}
