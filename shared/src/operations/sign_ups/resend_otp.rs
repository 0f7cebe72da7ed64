//! Mailing the one-time password of a sign-up again.

use crate::{
    Result, Usher,
    domain::{EmailAddress, SignUp},
    store::QueuedLetter,
};

impl Usher {
    /// Queues the one-time password of the newest sign-up of an address again. If all tries at this one-time password
    /// are used up, a new one-time password is queued. The response to a request for the one-time password doesn't
    /// reveal whether the address has a sign-up.
    ///
    /// # Errors
    /// [`Error::TooMany`](crate::Error::TooMany) if the address received too many letters, whether the address has a
    /// sign-up or not.
    pub async fn resend_otp(&self, address: EmailAddress) -> Result<()> {
        self.count_sign_up_letter(&address).await?;
        let now = self.now();
        let newest = self.store.sign_ups(&address, now).await?.pop().filter(|sign_up| sign_up.live);
        let letter = match newest {
            Some(used_up) if used_up.tries >= SignUp::MAX_TRIES => {
                let (id, expires_at) = (self.random().uuid(), now + self.parameters.otp_ttl);
                let sign_up = SignUp { id, begun_at: now, expires_at, ..used_up };
                let letter = QueuedLetter::OneTimePassword { email: address, sign_up: id };
                return self.store.begin_sign_up(&sign_up, &letter).await;
            }
            Some(sign_up) => QueuedLetter::OneTimePassword { email: address, sign_up: sign_up.id },
            None => QueuedLetter::Nothing,
        };
        self.store.queue_letter(letter, now).await
    }
}
