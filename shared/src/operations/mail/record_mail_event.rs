//! Recording what SES reports about the delivery of a mail. SES sends its reports about a mail late, repeatedly and in
//! any order.

use crate::{
    Result, Usher,
    domain::{DeliveryEvent, DeliveryStep, EmailAddress, MailedRecord, Scope},
    operations::{log, metrics},
};

impl Usher {
    /// Records an event in the delivery of a mail about a person's record. Returns whether the person's record changed.
    /// The record doesn't change if the delivery event was recorded before, arrived after the event of a later delivery
    /// step, or is about a record or version that no longer exists.
    ///
    /// # Errors
    /// [`Error`](crate::Error) if the store fails. The calling code may safely record the same event again.
    pub async fn record_mail_event(&self, mail: &MailedRecord, event: &DeliveryEvent) -> Result<bool> {
        match mail.scope {
            Scope::Workspace(id) => log::workspace(id),
            Scope::Company(id) => log::company(id),
        }
        let changed = self.store.record_delivery(mail, event).await?;
        metrics::reported(event.step);
        // Nearly every mail is delivered. A log line for each delivery would cost as much as reading the table for it.
        if event.step != DeliveryStep::Delivered {
            tracing::info!(state = ?event.step.state(), changed, "SES reported on a mail");
        }
        Ok(changed)
    }

    /// Records an event in the delivery of a letter. A letter is about no person's record, so only a suppression of the
    /// letter's address is recorded. Returns whether a suppression was recorded.
    ///
    /// # Errors
    /// The errors of [`Usher::record_mail_event`].
    pub async fn record_letter_event(&self, to: &EmailAddress, event: &DeliveryEvent) -> Result<bool> {
        let changed = match event.step.suppression_reason() {
            Some(reason) => self.store.suppress(to, reason, event.at).await?,
            None => false,
        };
        metrics::reported(event.step);
        tracing::info!(state = ?event.step.state(), changed, "SES reported on a letter");
        Ok(changed)
    }
}
