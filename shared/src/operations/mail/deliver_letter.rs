//! Delivering one letter from the outbox. A letter in the outbox is about a sign-up or about an expired invitation.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{EmailAddress, RateLimit},
    mail::{AlreadyRegisteredLetter, Letter, OneTimePasswordLetter, SendError, WelcomeLetter},
    operations::metrics,
    store::{ClaimedItem, QueuedLetter},
};

impl Usher {
    /// Sends a letter that was claimed from the outbox, and removes the letter's outbox item. The result of sending a
    /// letter is `None` if the letter was sent or is no longer due, and otherwise the reason why the letter was not
    /// sent.
    pub(super) async fn deliver_letter(
        &self,
        claimed: &mut ClaimedItem,
        letter: &QueuedLetter,
    ) -> Result<Option<SendError>> {
        let now = self.now();
        if let QueuedLetter::Renewal { hash } = letter {
            let recipients = self.renewal_recipients(hash, now).await?;
            let letters = recipients.into_iter().map(|to| {
                let letter = QueuedLetter::RenewalTo { email: to.clone(), hash: hash.clone() };
                (to, letter)
            });
            let max = self.parameters.mails_per_recipient_per_day;
            self.store.divide(claimed, letters.collect(), max, now).await?;
            return Ok(None);
        }
        if has_link(letter) && !self.has_app_url() {
            return Ok(Some(SendError::Paused));
        }
        if self.admit_letter(letter, now).await?
            && let Some((to, rendered)) = self.render_letter(claimed, letter, now).await?
        {
            if let Err(failure) = self.mailer.send(to, &rendered).await {
                // A letter that SES certainly did not send no longer counts towards the daily limit. The letter is tried
                // again later, and is counted again then. A letter that SES may have sent stays counted.
                if failure != SendError::Unknown
                    && let Some(limit) = self.daily_limit(letter)
                {
                    self.store.give_back(&limit, 1, now).await?;
                }
                return Ok(Some(failure));
            }
            metrics::letter_sent();
        }
        self.store.record_mailed(claimed, &[], now).await?;
        Ok(None)
    }

    /// Whether a letter may be sent, because the letter's address is not suppressed and has not reached the daily limit
    /// of mails. Letting a letter through counts the letter towards the daily limit. A letter that was already counted
    /// when it was queued may always be sent.
    async fn admit_letter(&self, letter: &QueuedLetter, now: Timestamp) -> Result<bool> {
        let (Some(email), Some(limit)) = (counted_recipient(letter), self.daily_limit(letter)) else { return Ok(true) };
        Ok(!self.unsuppressed(vec![email.clone()]).await?.is_empty() && self.store.reserve(&limit, 1, now).await? == 1)
    }

    /// The daily limit of mails that a letter counts towards, if the letter is counted when it is sent.
    fn daily_limit<'a>(&self, letter: &'a QueuedLetter) -> Option<RateLimit<'a>> {
        let max = self.parameters.mails_per_recipient_per_day;
        counted_recipient(letter).map(|email| RateLimit::mails(email.canonical(), max))
    }

    /// The recipient of a letter and the rendered letter. `None` if the letter is no longer due.
    async fn render_letter<'a>(
        &self,
        claimed: &ClaimedItem,
        letter: &'a QueuedLetter,
        now: Timestamp,
    ) -> Result<Option<(&'a EmailAddress, Letter)>> {
        let sign_in_url = &self.parameters.sign_in_url();
        match letter {
            QueuedLetter::Renewal { .. } | QueuedLetter::Nothing => Ok(None),
            QueuedLetter::AlreadyRegistered { email } => {
                Ok(Some((email, Letter::already_registered(&AlreadyRegisteredLetter { sign_in_url }))))
            }
            QueuedLetter::OneTimePassword { email, sign_up } => {
                let sign_up = self.store.sign_up(email, *sign_up).await?.filter(|sign_up| now < sign_up.expires_at);
                let Some(sign_up) = sign_up else { return Ok(None) };
                let key = self.secrets.link_key(Some(&claimed.link_key), now).await?;
                let letter = Letter::one_time_password(&OneTimePasswordLetter {
                    code: &key.one_time_password(&sign_up.id.to_string()),
                    valid_minutes: minutes_until(sign_up.expires_at, now),
                    first_name: sign_up.first_name.as_ref(),
                    company_name: sign_up.company_name.as_ref(),
                });
                Ok(Some((email, letter)))
            }
            QueuedLetter::Welcome { email, scope_name } => {
                Ok(Some((email, Letter::welcome(&WelcomeLetter { scope_name, sign_in_url }))))
            }
            QueuedLetter::RenewalTo { email, hash } => {
                Ok(self.write_renewal(email, hash, now).await?.map(|letter| (email, letter)))
            }
        }
    }
}

/// Whether the letter contains a link.
fn has_link(letter: &QueuedLetter) -> bool {
    match letter {
        QueuedLetter::AlreadyRegistered { .. } | QueuedLetter::Welcome { .. } | QueuedLetter::RenewalTo { .. } => true,
        QueuedLetter::OneTimePassword { .. } | QueuedLetter::Renewal { .. } | QueuedLetter::Nothing => false,
    }
}

/// The recipient of a letter that is counted when it is sent. All letters that are not counted when they are sent are
/// counted when they are queued. Letters with one-time passwords have a limit of their own. The letters that ask for a
/// new invitation are counted when the renewal is divided into one letter for each recipient.
fn counted_recipient(letter: &QueuedLetter) -> Option<&EmailAddress> {
    match letter {
        QueuedLetter::AlreadyRegistered { email } | QueuedLetter::Welcome { email, .. } => Some(email),
        _ => None,
    }
}

/// The time until `expires_at` in minutes, rounded up.
fn minutes_until(expires_at: Timestamp, now: Timestamp) -> i64 {
    (expires_at.duration_since(now).as_secs() + 59) / 60
}
