//! Asking for a new invitation with the hash of an expired one. Nothing tells whether anybody is asked.

use jiff::SignedDuration;

use crate::{
    Result, Usher,
    domain::{InvitationHash, MembershipState},
    store::{Cooldown, HashItem, Key, QueuedLetter},
};

/// For each person invited the next request is mailed after this time, whatever their hash is by then.
const ONCE_IN: SignedDuration = SignedDuration::from_hours(24);

impl Usher {
    /// Asks whoever invited, or else the administrators, to invite again, if the hash is that of an expired invitation: once a
    /// day at most. Every other hash takes as many calls, takes turns with all others like it, and nothing comes of it.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn renew_invitation(&self, hash: Option<InvitationHash>) -> Result<()> {
        let now = self.now();
        // In place of what isn't a hash another is looked up that nobody has.
        let hash = hash.unwrap_or_else(|| InvitationHash::random(self.random()));
        let item = self.store.hash(&hash).await?;
        let nobody = HashItem { person: Key::from_parts("-", "-"), version: 0, invited_by: None };
        let hash = item.unwrap_or_else(|| nobody.clone());
        let person = self.store.person_of_hash(&hash).await?;
        let expired = person
            .is_some_and(|person| person.version == hash.version && person.standing(now) == MembershipState::Expired);
        let (partition, place) = if expired { hash.person.parts() } else { nobody.person.parts() };
        let subject = format!("{partition}\n{place}");
        let attempt = self.random().uuid();
        let turn = Cooldown { kind: "renewals", subject: &subject, every: ONCE_IN, now, attempt };
        let first = self.store.take_turn(&turn).await?;
        let letter = if first && expired { QueuedLetter::Renewal { hash } } else { QueuedLetter::Nothing };
        let queued = self.store.queue_letter(letter, now, self.random()).await;
        if queued.is_err()
            && first
            && let Err(error) = self.store.give_turn_back(&turn).await
        {
            tracing::warn!(?error, "a request to be invited again is lost");
        }
        queued
    }
}
