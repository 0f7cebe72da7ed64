//! Renewing an invitation: the holder of an expired hash asks the inviter for a new invitation. The response to a
//! request for a new invitation is the same for every hash, so that the response doesn't reveal which hashes exist.

use jiff::SignedDuration;

use crate::{
    Result, Usher,
    domain::{Cooldown, InvitationHash, MembershipState},
    store::{HashItem, Key, QueuedLetter},
};

/// The minimum time between two renewal requests for the same person. A new hash for the person's invitation doesn't
/// shorten this time.
const RENEWAL_INTERVAL: SignedDuration = SignedDuration::from_hours(24);

impl Usher {
    /// Queues a letter that asks the inviter, or else the administrators, to invite the person again, if the hash
    /// belongs to an expired invitation. Each invited person can cause one letter a day that asks for a new invitation.
    /// For a hash that belongs to no expired invitation, the operation makes the same number of store calls, but queues
    /// no letter. All hashes that belong to no expired invitation share one cooldown.
    ///
    /// # Errors
    /// Asking for a new invitation fails only with errors of the store.
    pub async fn renew_invitation(&self, hash: Option<InvitationHash>) -> Result<()> {
        let now = self.now();
        // A text that isn't a hash is replaced by a random hash, so that the request causes the same store calls as a
        // request with a hash.
        let hash = hash.unwrap_or_else(|| InvitationHash::random(self.random()));
        let item = self.store.hash(&hash).await?;
        let unused = HashItem { person: Key::from_parts("-", "-"), version: 0, invited_by: None };
        let hash = item.unwrap_or_else(|| unused.clone());
        let person = self.store.person_of_hash(&hash).await?;
        let expired = person
            .is_some_and(|person| person.version == hash.version && person.state(now) == MembershipState::Expired);
        let (partition, sort) = if expired { hash.person.parts() } else { unused.person.parts() };
        let subject = format!("{partition}\n{sort}");
        let attempt = self.random().uuid();
        let cooldown = Cooldown { kind: "renewals", subject: &subject, every: RENEWAL_INTERVAL, now, attempt };
        let may_ask = self.store.take_turn(&cooldown).await?;
        let letter = if may_ask && expired { QueuedLetter::Renewal { hash } } else { QueuedLetter::Nothing };
        let queued = self.store.queue_letter(letter, now).await;
        if queued.is_err()
            && may_ask
            && let Err(error) = self.store.give_turn_back(&cooldown).await
        {
            tracing::warn!(
                ?error,
                "a request for a renewal was lost: the letter was not queued and its cooldown was not reset"
            );
        }
        queued
    }
}
