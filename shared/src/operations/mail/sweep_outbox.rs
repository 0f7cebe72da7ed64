//! Sweeping the outbox: delivering the items that the table's stream did not lead to delivery, and requeuing items that
//! were given up.

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{Result, Usher, operations::DeliveryOutcome, store::Key};

/// How long mail may wait before the sweep logs an error, which raises an alarm.
const MAX_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// How many items of each partition the sweep reads at once.
const READ_AHEAD: usize = 25;

/// The largest number of items that one call requeues.
const MAX_REQUEUED: usize = 1_000;

impl Usher {
    /// Delivers the waiting items that no other deliverer works on, until none is left, SES pauses or `deadline` has
    /// passed. Letters about sign-ups come first. Returns the number of items that were delivered completely.
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

    /// Delivers these waiting items, with waiting letters in between. Returns how many items were delivered completely,
    /// and whether the sweep is over.
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

    /// The letters about sign-ups that wait now. The sweep delivers them before an item of invitations: a one-time
    /// password must not wait for all the invitations that the sweep has read.
    async fn letters_before(&self, key: &Key) -> Result<Vec<Key>> {
        if key.is_of_letter() { Ok(Vec::new()) } else { self.store.waiting_letters(self.now(), READ_AHEAD).await }
    }

    /// Delivers these items. Returns how many were delivered completely, and whether the sweep is over because SES
    /// paused or `deadline` has passed.
    async fn deliver_each(&self, keys: Vec<Key>, deadline: Instant) -> (usize, bool) {
        let mut delivered = 0;
        for key in keys {
            let outcome = self.deliver(&key, deadline).await;
            delivered += usize::from(matches!(outcome, Ok(DeliveryOutcome::Done)));
            if let Err(error) = &outcome {
                // The item stays in the outbox until its lease ends. The items behind it need not wait for that.
                tracing::warn!(?error, "an outbox item could not be delivered");
            }
            if matches!(outcome, Ok(DeliveryOutcome::Paused)) || Instant::now() >= deadline {
                return (delivered, true);
            }
        }
        (delivered, false)
    }

    /// Ends a sweep that leaves mail waiting. If mail has waited for too long, an error is logged.
    async fn end_with_waiting_mail(&self, delivered: usize) -> Result<usize> {
        if self.store.has_waited_since(self.now() - MAX_WAIT).await? {
            tracing::error!(event = "outbox_waiting", "mail waits for SES");
        }
        Ok(delivered)
    }

    /// Returns items that were given up to the outbox, where the sweep finds them. Returns their number.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails.
    pub async fn requeue(&self) -> Result<usize> {
        self.store.requeue_abandoned(MAX_REQUEUED).await
    }
}
