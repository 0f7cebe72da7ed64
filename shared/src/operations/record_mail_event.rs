//! What SES tells of a mail, later and in any order.

use crate::{
    Result, Usher,
    domain::{Delivery, MailedTo, Scope},
};

use super::log;

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
}
