//! Asking for a new invitation with the hash of an expired one. Nothing tells whether anybody is asked.

use jiff::SignedDuration;

use crate::{
    Result, Usher,
    domain::{InvitationHash, Standing},
    store::{Brake, HashItem, Key, QueuedLetter},
};

/// One request for each hash is mailed in this time.
const ONCE_IN: SignedDuration = SignedDuration::from_hours(24);

impl Usher {
    /// Asks whoever invited, or the administrators if they may invite no more, to invite again, if the hash is that of an
    /// expired invitation: once a day at most. Every other hash takes as many calls, and nothing comes of it.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn renew_invitation(&self, hash: Option<InvitationHash>) -> Result<()> {
        let now = self.now();
        // In place of what isn't a hash another is looked up that nobody has.
        let hash = hash.unwrap_or_else(|| InvitationHash::random(self.random()));
        let item = self.store.hash(&hash).await?;
        let nobody = HashItem { person: Key::from_parts("-", "-"), version: 0 };
        let person = self.store.person_of_hash(item.as_ref().unwrap_or(&nobody)).await?;
        let brake = Brake { kind: "renewals", subject: &hash.reveal(), window: ONCE_IN, most: 1 };
        let first = self.store.reserve(&brake, 1, now).await? == 1;
        let letter = match (item, person) {
            (Some(hash), Some(person))
                if first && person.version == hash.version && person.standing(now) == Standing::Expired =>
            {
                QueuedLetter::Renewal { hash }
            }
            _ => QueuedLetter::Nothing,
        };
        self.store.queue_letter(letter, now, self.random()).await
    }
}
