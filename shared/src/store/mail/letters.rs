//! Letters that go to many recipients: one outbox item is divided into one item per recipient.

use jiff::Timestamp;

use crate::{
    Error, Result,
    domain::{EmailAddress, RateLimit},
    store::{ClaimedItem, OutboxItem, QueuedLetter, Store, transact::Transacted},
};

impl Store {
    /// Replaces a claimed letter by one letter per recipient, in one transaction. Each of the new letters goes to a
    /// different address, has its own count of attempts, and counts towards the daily limit `limit` of its address. An
    /// address whose daily limit is reached gets no letter.
    pub async fn divide(
        &self,
        claimed: &ClaimedItem,
        mut letters: Vec<(EmailAddress, QueuedLetter)>,
        limit: u32,
        now: Timestamp,
    ) -> Result<()> {
        loop {
            let mut writes = vec![claimed.done()];
            writes.extend(letters.iter().map(|(to, _)| RateLimit::mails(to.canonical(), limit).consume_write(1, now)));
            let items = letters.iter().map(|(_, letter)| OutboxItem::letter(letter.clone()));
            writes.extend(items.map(|item| item.into_write(now, self.random())));
            let result = self.transact(writes).await?;
            if matches!(result, Transacted::Done) {
                return Ok(());
            }
            if result.refused(0).is_some() {
                return Err(Error::internal("store: the lease of a letter ended before the letter was divided"));
            }
            let mut write_index = 0;
            letters.retain(|_| {
                write_index += 1;
                result.refused(write_index).is_none()
            });
        }
    }
}
