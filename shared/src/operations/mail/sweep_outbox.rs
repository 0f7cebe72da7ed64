//! Sweeping the outbox: delivering the outbox items that were not delivered after the table's stream reported them, and
//! requeuing outbox items that were given up.

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    Result, Usher,
    operations::{DeliveryOutcome, metrics},
    store::Key,
};

/// How long mail may wait in the outbox before the sweep of the outbox logs an error, which raises an alarm.
const MAX_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// How many outbox items of each partition a sweep of the outbox reads at once.
const READ_AHEAD: usize = 25;

/// The largest number of outbox items that one call of [`Usher::requeue`] requeues.
const MAX_REQUEUED: usize = 1_000;

/// The result of a sweep of the outbox: how many outbox items it delivered or gave up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepResult {
    /// The number of outbox items that the sweep delivered completely.
    pub delivered: usize,
    /// The number of outbox items that the sweep gave up.
    pub given_up: usize,
    /// Whether the sweep leaves mail in the outbox that has waited for 15 minutes.
    pub mail_waits: bool,
}

impl SweepResult {
    fn add(&mut self, outcome: DeliveryOutcome) {
        match outcome {
            DeliveryOutcome::Done => self.delivered += 1,
            DeliveryOutcome::GivenUp => self.given_up += 1,
            DeliveryOutcome::NotClaimed | DeliveryOutcome::Paused | DeliveryOutcome::Postponed => {}
        }
    }
}

impl Usher {
    /// Delivers the waiting outbox items that no other deliverer works on, until no such item is left, SES pauses
    /// sending or `deadline` has passed. A sweep of the outbox delivers letters about sign-ups first.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails.
    pub async fn sweep(&self, deadline: Instant) -> Result<SweepResult> {
        let mut swept = SweepResult::default();
        loop {
            let waiting = self.store.waiting(self.now(), READ_AHEAD).await?;
            if waiting.is_empty() {
                return Ok(swept);
            }
            if self.deliver_waiting(waiting, deadline, &mut swept).await? {
                swept.mail_waits = self.mail_has_waited().await?;
                return Ok(swept);
            }
        }
    }

    /// Delivers the outbox items `waiting`, and waiting letters about sign-ups in between. Returns whether the sweep of
    /// the outbox is over.
    async fn deliver_waiting(&self, waiting: Vec<Key>, deadline: Instant, swept: &mut SweepResult) -> Result<bool> {
        for key in waiting {
            let mut keys = self.letters_before(&key).await?;
            keys.push(key);
            if self.deliver_each(keys, deadline, swept).await {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The letters about sign-ups that wait in the outbox now. The sweep delivers these letters before an outbox item
    /// with invitations, because a one-time password must not wait for all the invitations that the sweep has read.
    async fn letters_before(&self, key: &Key) -> Result<Vec<Key>> {
        if key.is_of_letter() { Ok(Vec::new()) } else { self.store.waiting_letters(self.now(), READ_AHEAD).await }
    }

    /// Delivers the outbox items `keys`. Returns whether the sweep of the outbox is over because SES paused sending or
    /// `deadline` has passed.
    async fn deliver_each(&self, keys: Vec<Key>, deadline: Instant, swept: &mut SweepResult) -> bool {
        for key in keys {
            let outcome = self.deliver(&key, deadline).await;
            match &outcome {
                Ok(outcome) => swept.add(*outcome),
                // The failed outbox item stays leased to this deliverer until the lease ends. The sweep delivers the
                // following items meanwhile.
                Err(error) => tracing::warn!(?error, "an outbox item could not be delivered"),
            }
            if matches!(outcome, Ok(DeliveryOutcome::Paused)) || Instant::now() >= deadline {
                return true;
            }
        }
        false
    }

    /// Whether mail has waited in the outbox for longer than [`MAX_WAIT`]. If mail has waited for longer, the sweep
    /// logs an error.
    async fn mail_has_waited(&self) -> Result<bool> {
        let waits = self.store.has_waited_since(self.now() - MAX_WAIT).await?;
        if waits {
            metrics::mail_waits();
            tracing::error!(event = "outbox_waiting", "mail waits for SES");
        }
        Ok(waits)
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
