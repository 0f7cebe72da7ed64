//! Keeping the pace that SES allows: every deliverer reserves sending time in the table before it calls SES.

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Duration, Instant, sleep};

use crate::{
    Result, Usher,
    domain::SendingTime,
    mail::{SendError, recipients_per_call},
};

/// The sending time that a deliverer has reserved and not used yet.
#[derive(Debug)]
pub(super) struct ReservedMails {
    /// For how many mails sending time is reserved.
    count: usize,
    deadline: Instant,
}

impl ReservedMails {
    /// No reserved sending time. Sending time can be reserved until `deadline`.
    pub(super) fn until(deadline: Instant) -> Self {
        Self { count: 0, deadline }
    }

    /// For how many mails sending time is reserved.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Uses the sending time of so many mails.
    pub(super) fn use_up(&mut self, mails: usize) {
        self.count = self.count.saturating_sub(mails);
    }
}

impl Usher {
    /// Reserves the sending time of one bulk call to at most `mails` recipients, unless reserved time is left, and waits
    /// until the time begins. A failure in the result says why no mail can be sent before the deadline.
    pub(super) async fn reserve_sending_time(
        &self,
        reserved: &mut ReservedMails,
        mails: usize,
    ) -> Result<std::result::Result<(), SendError>> {
        if reserved.count > 0 {
            return Ok(Ok(()));
        }
        let now = self.now();
        let rate = match self.mailer.usable_rate(now).await {
            Ok(rate) => rate,
            Err(failure) => return Ok(Err(failure)),
        };
        let count = mails.min(recipients_per_call(rate));
        let left = reserved.deadline.saturating_duration_since(Instant::now());
        let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
        let latest = now.saturating_add(left).unwrap_or(Timestamp::MAX);
        let time = SendingTime::of_call(count, rate, now, latest);
        let Some(begin) = self.store.reserve_sending_time(&time, self.known_reservation.end()).await? else {
            return Ok(Err(SendError::Paused));
        };
        self.known_reservation.remember(begin + time.duration);
        // A moment that has passed is no duration, so nothing is waited for then.
        sleep(Duration::try_from(begin.duration_since(self.now())).unwrap_or_default()).await;
        reserved.count = count;
        Ok(Ok(()))
    }
}
