//! The queues of the outbox: one for letters, and one for each partition of mails to people.

use crate::store::keys::{self, Key};

/// The name of the queue of letters. The deliverer sends letters before invitations.
pub(super) const LETTER_QUEUE: &str = "otp";

/// The names of the queues of the outbox. The queue of letters is the first of the queues.
pub(super) fn queues() -> impl Iterator<Item = String> {
    std::iter::once(LETTER_QUEUE.to_owned()).chain((0..keys::PARTITIONS).map(|partition| partition.to_string()))
}

impl Key {
    /// Whether the key is the key of a letter in the outbox.
    pub fn is_of_letter(&self) -> bool {
        self.parts().0 == format!("Q#{LETTER_QUEUE}")
    }
}
