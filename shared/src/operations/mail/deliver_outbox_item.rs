//! Delivering one item of the outbox. A crash at any point of the delivery loses no mail: the outbox item stays in the
//! outbox until the result of every mail in the item is recorded.

use jiff::SignedDuration;
use tokio::time::{Duration, Instant};
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    Result, Usher,
    domain::{Person, Scope},
    mail::SendError,
    operations::{
        mail::deliver_to_people::{PeopleMails, still_wants},
        metrics,
    },
    store::{ClaimedItem, Key, MAX_ATTEMPTS, OutboxTask},
};

/// How long a Lambda function may deliver mail before the function returns the unsent mail to the outbox.
pub const MAIL_TIME_BUDGET: Duration = Duration::from_secs(75);

/// The time after which an outbox item is tried again if SES paused the account's sending.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// The base of the time after which an outbox item is tried again if an attempt to deliver the item failed. The time
/// until the next attempt is twice this base after the first failed attempt, and doubles with each further failed
/// attempt.
const BACKOFF: SignedDuration = SignedDuration::from_secs(15);

/// What happened to an outbox item that the service tried to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The result of every mail in the outbox item is recorded, so the item is done.
    Done,
    /// The outbox item no longer exists, or another deliverer works on the item.
    NotClaimed,
    /// SES accepts no mail now. The outbox item waits, and the attempt doesn't count as a failed attempt.
    Paused,
    /// The attempt to deliver the outbox item failed, and the item waits for another attempt.
    Postponed,
    /// The outbox item was given up after too many failed attempts.
    GivenUp,
}

impl Usher {
    /// Delivers one item of the outbox, unless another deliverer works on the item. No bulk call to SES starts after
    /// `deadline`. A letter is one short call, which the deadline doesn't stop.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails. An outbox item whose delivery failed with an error is tried again
    /// when the item's lease ends.
    pub async fn deliver(&self, key: &Key, deadline: Instant) -> Result<DeliveryOutcome> {
        let now = self.now();
        let link_key = self.secrets.link_key(None, now).await?;
        let Some(claimed) = self.store.claim(key, link_key.id(), now).await? else {
            return Ok(DeliveryOutcome::NotClaimed);
        };
        let span = item_span(&claimed.task);
        self.deliver_claimed(claimed, deadline).instrument(span).await
    }

    async fn deliver_claimed(&self, mut claimed: ClaimedItem, deadline: Instant) -> Result<DeliveryOutcome> {
        if claimed.attempts > MAX_ATTEMPTS {
            return self.give_up(&claimed, "it was never settled").await;
        }
        let failure = match claimed.task.clone() {
            OutboxTask::Letter(letter) => self.deliver_letter(&mut claimed, &letter).await?,
            OutboxTask::People { kind, batch, people } => {
                let mails = PeopleMails { kind, batch, people };
                self.deliver_to_people(&mut claimed, mails, deadline).await?
            }
        };
        match failure {
            None => Ok(DeliveryOutcome::Done),
            Some(failure) => self.postpone(&claimed, failure).await,
        }
    }

    /// Releases an outbox item with mails that were not sent, or gives the item up if no attempt is left.
    async fn postpone(&self, claimed: &ClaimedItem, failure: SendError) -> Result<DeliveryOutcome> {
        let is_last_attempt = claimed.attempts >= MAX_ATTEMPTS;
        match failure {
            SendError::Paused => {
                self.store.release(claimed, self.now() + PAUSE, false).await?;
                Ok(DeliveryOutcome::Paused)
            }
            SendError::Rejected(reason) if is_last_attempt => self.give_up(claimed, &reason).await,
            SendError::Unknown if is_last_attempt => self.give_up(claimed, "SES didn't answer").await,
            SendError::Rejected(reason) => {
                tracing::warn!(reason, attempts = claimed.attempts, "mail is tried again");
                let wait = BACKOFF * (1 << claimed.attempts.min(10));
                self.store.release(claimed, self.now() + wait, true).await?;
                Ok(DeliveryOutcome::Postponed)
            }
            // The outbox item stays leased to this deliverer, because the mails may have been sent and should not be
            // sent again soon.
            SendError::Unknown => Ok(DeliveryOutcome::Postponed),
        }
    }

    /// Gives an outbox item up, and marks the mails in the item as failed. If the records of the item's people can't be
    /// read, the outbox item is given up without marking any mail.
    async fn give_up(&self, claimed: &ClaimedItem, reason: &str) -> Result<DeliveryOutcome> {
        let now = self.now();
        let unmailed = match &claimed.task {
            OutboxTask::People { people, batch, kind } => {
                let (addressees, _) = self.store.addressees(people, *batch).await.unwrap_or_default();
                let is_unmailed = |person: &Person| person.queued_by == Some(*batch) && still_wants(*kind, person, now);
                addressees.into_iter().filter(|(_, person)| is_unmailed(person)).collect()
            }
            OutboxTask::Letter(_) => Vec::new(),
        };
        if !self.store.give_up(claimed, &unmailed, reason, now).await? {
            return Ok(DeliveryOutcome::NotClaimed);
        }
        metrics::given_up(&claimed.task, unmailed.len());
        tracing::error!(event = "outbox_dead", reason, people = unmailed.len(), "mail was given up");
        Ok(DeliveryOutcome::GivenUp)
    }
}

/// The log span of an outbox item: the workspace of the people in the item, and the number of these people.
fn item_span(task: &OutboxTask) -> Span {
    let OutboxTask::People { people, .. } = task else { return Span::none() };
    let span = tracing::info_span!("mail", company = Empty, workspace = Empty, people = people.len());
    if let Some(Scope::Workspace(workspace)) = people.first().and_then(Key::scope) {
        span.record("workspace", display(workspace));
    }
    span
}
