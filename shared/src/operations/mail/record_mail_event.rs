//! What SES tells of a mail, later and in any order.

use crate::{
    Result, Usher,
    domain::{Delivery, EmailAddress, MailedTo, Scope},
    operations::log,
};

impl Usher {
    /// Writes what became of a mail. Answers whether it was news: what was heard before, came late, or is about a
    /// record or a version that isn't there any more changes nothing of a record.
    ///
    /// # Errors
    /// If the store fails; hearing it again does no harm.
    pub async fn record_mail_event(&self, mail: &MailedTo, delivery: &Delivery) -> Result<bool> {
        match mail.of {
            Scope::Workspace(id) => log::workspace(id),
            Scope::Company(id) => log::company(id),
        }
        let news = self.store.record_delivery(mail, delivery).await?;
        tracing::info!(state = ?delivery.step.state(), news, "SES told of a mail");
        Ok(news)
    }

    /// As [`Usher::record_mail_event`], of a mail that is about no record: only whether the address is mailed again.
    ///
    /// # Errors
    /// The same.
    pub async fn record_letter_event(&self, to: &EmailAddress, delivery: &Delivery) -> Result<bool> {
        let Some(reason) = delivery.step.suppresses() else { return Ok(false) };
        let news = self.store.suppress(to, reason, delivery.at).await?;
        tracing::info!(state = ?delivery.step.state(), news, "SES told of a letter");
        Ok(news)
    }
}
