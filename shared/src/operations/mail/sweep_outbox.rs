//! Sweeping the outbox: delivering the outbox items that were not delivered after the table's stream reported them, and
//! requeuing outbox items that were given up.

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{Result, Usher, operations::DeliveryOutcome, store::Key};

/// How long mail may wait in the outbox before the sweep of the outbox logs an error, which raises an alarm.
const MAX_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// How many outbox items of each partition the sweep reads at once.
const READ_AHEAD: usize = 25;

/// The largest number of outbox items that one call of [`Usher::requeue`] requeues.
const MAX_REQUEUED: usize = 1_000;

impl Usher {
    /// Delivers the waiting outbox items that no other deliverer works on, until no such item is left, SES pauses
    /// sending or `deadline` has passed. The sweep delivers letters about sign-ups first. Returns the number of outbox
    /// items that were delivered completely.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails.
    pub async fn sweep(&self, deadline: Instant) -> Result<usize> {
        let mut delivered = 0;
        loop {
            let waiting = self.store.waiting(self.now(), READ_AHEAD).await?;
            if waiting.is_empty() {
                return Ok(delivered);
            }
            let (done, is_over) = self.deliver_waiting(waiting, deadline).await?;
            delivered += done;
            if is_over {
                return self.end_with_waiting_mail(delivered).await;
            }
        }
    }

    /// Delivers the outbox items `waiting`, and waiting letters about sign-ups in between. Returns how many outbox
    /// items were delivered completely, and whether the sweep of the outbox is over.
    async fn deliver_waiting(&self, waiting: Vec<Key>, deadline: Instant) -> Result<(usize, bool)> {
        let mut delivered = 0;
        for key in waiting {
            let mut keys = self.letters_before(&key).await?;
            keys.push(key);
            let (done, is_over) = self.deliver_each(keys, deadline).await;
            delivered += done;
            if is_over {
                return Ok((delivered, true));
            }
        }
        Ok((delivered, false))
    }

    /// The letters about sign-ups that wait in the outbox now. The sweep delivers these letters before an outbox item
    /// with invitations, because a one-time password must not wait for all the invitations that the sweep has read.
    async fn letters_before(&self, key: &Key) -> Result<Vec<Key>> {
        if key.is_of_letter() { Ok(Vec::new()) } else { self.store.waiting_letters(self.now(), READ_AHEAD).await }
    }

    /// Delivers the outbox items `keys`. Returns how many outbox items were delivered completely, and whether the sweep
    /// of the outbox is over because SES paused sending or `deadline` has passed.
    async fn deliver_each(&self, keys: Vec<Key>, deadline: Instant) -> (usize, bool) {
        let mut delivered = 0;
        for key in keys {
            let outcome = self.deliver(&key, deadline).await;
            delivered += usize::from(matches!(outcome, Ok(DeliveryOutcome::Done)));
            if let Err(error) = &outcome {
                // An outbox item that could not be delivered keeps its lease for now. The sweep of the outbox goes on
                // with the following items and doesn't wait until the lease ends.
                tracing::warn!(?error, "an outbox item could not be delivered");
            }
            if matches!(outcome, Ok(DeliveryOutcome::Paused)) || Instant::now() >= deadline {
                return (delivered, true);
            }
        }
        (delivered, false)
    }

    /// Ends a sweep that leaves mail waiting in the outbox. If mail has waited in the outbox for longer than
    /// [`MAX_WAIT`], the sweep logs an error.
    async fn end_with_waiting_mail(&self, delivered: usize) -> Result<usize> {
        if self.store.has_waited_since(self.now() - MAX_WAIT).await? {
            tracing::error!(event = "outbox_waiting", "mail waits for SES");
        }
        Ok(delivered)
    }

    /// Puts outbox items that were given up back into the outbox, where the sweep finds the items. The result of
    /// requeuing is the number of requeued outbox items.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails.
    pub async fn requeue(&self) -> Result<usize> {
        self.store.requeue_abandoned(MAX_REQUEUED).await
    }
}
