//! Mailing one letter: about a sign-up, or to ask for a new invitation.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::EmailAddress,
    mail::{self, Letter, Refused},
    operations::mail::deliver_mail::Stop,
    store::{Claimed, QueuedLetter, RateLimit},
};

impl Usher {
    pub(in crate::operations) async fn deliver_letter(
        &self,
        claimed: &mut Claimed,
        letter: &QueuedLetter,
    ) -> Result<Option<Stop>> {
        let now = self.now();
        if let QueuedLetter::Renewal { hash } = letter {
            let whom = self.renewal_recipients(hash, now).await?;
            let letters = whom.into_iter().map(|to| {
                let letter = QueuedLetter::RenewalTo { email: to.clone(), hash: hash.clone() };
                (to, letter)
            });
            let most = self.parameters.mails_per_recipient_per_day;
            self.store.divide(claimed, letters.collect(), most, now, self.random()).await?;
            return Ok(None);
        }
        if has_link(letter) && !self.has_app_url() {
            return Ok(Some(Stop::Paused));
        }
        if self.may_go_out(letter, now).await?
            && let Some((to, written)) = self.write_letter(claimed, letter, now).await?
            && let Err(refused) = self.sender.send(to, &written).await
        {
            // What SES may have is counted; what it hasn't comes again, and is counted then.
            if refused != Refused::Unknown
                && let Some(day) = self.day_of(letter)
            {
                self.store.give_back(&day, 1, now).await?;
            }
            return Ok(Some(refused.into()));
        }
        self.store.settle(claimed, &[], now).await?;
        Ok(None)
    }

    /// Whether the address still gets a letter that isn't counted yet. One-time passwords are apart: they have a brake of
    /// their own.
    async fn may_go_out(&self, letter: &QueuedLetter, now: Timestamp) -> Result<bool> {
        let (Some(email), Some(day)) = (counted(letter), self.day_of(letter)) else { return Ok(true) };
        Ok(!self.unsuppressed(vec![email.clone()]).await?.is_empty() && self.store.reserve(&day, 1, now).await? == 1)
    }

    /// What a letter that is counted when it goes out is counted among.
    fn day_of<'a>(&self, letter: &'a QueuedLetter) -> Option<RateLimit<'a>> {
        let most = self.parameters.mails_per_recipient_per_day;
        counted(letter).map(|email| RateLimit::mails(email.canonical(), most))
    }

    /// A letter and to whom it goes, if it is still due.
    async fn write_letter<'a>(
        &self,
        claimed: &Claimed,
        letter: &'a QueuedLetter,
        now: Timestamp,
    ) -> Result<Option<(&'a EmailAddress, Letter)>> {
        match letter {
            QueuedLetter::Renewal { .. } | QueuedLetter::Nothing => Ok(None),
            QueuedLetter::AlreadyRegistered { email } => {
                let letter = Letter::already_registered(&mail::AlreadyRegistered { app_url: &self.parameters.app_url });
                Ok(Some((email, letter)))
            }
            QueuedLetter::OneTimePassword { email, sign_up } => {
                let sign_up = self.store.sign_up(email, *sign_up).await?.filter(|sign_up| now < sign_up.expires_at);
                let Some(sign_up) = sign_up else { return Ok(None) };
                let key = self.secrets.link_key(Some(&claimed.link_key), now).await?;
                let letter = Letter::one_time_password(&mail::OneTimePassword {
                    code: &key.one_time_password(&sign_up.id.to_string()),
                    valid_minutes: minutes_left(sign_up.expires_at, now),
                    first_name: sign_up.first_name.as_ref(),
                    company_name: sign_up.company_name.as_ref(),
                });
                Ok(Some((email, letter)))
            }
            QueuedLetter::Welcome { email, scope_name } => {
                let app_url = &self.parameters.app_url;
                Ok(Some((email, Letter::welcome(&mail::Welcome { scope_name, app_url }))))
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

/// Who gets a letter that is counted when it goes out.
fn counted(letter: &QueuedLetter) -> Option<&EmailAddress> {
    match letter {
        QueuedLetter::AlreadyRegistered { email } | QueuedLetter::Welcome { email, .. } => Some(email),
        _ => None,
    }
}

fn minutes_left(expires_at: Timestamp, now: Timestamp) -> i64 {
    (expires_at.duration_since(now).as_secs() + 59) / 60
}
