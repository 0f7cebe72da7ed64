//! Letters, each an outbox item: what they are about, and one to many that is divided into one for each of them.

use jiff::Timestamp;

use crate::{
    Error, Result,
    domain::{EmailAddress, Random},
    store::{Claimed, QueuedItem, QueuedLetter, RateLimit, Store, transact::Transacted},
};

impl Store {
    /// Replaces a claimed letter by these, in one transaction: each to another address, with tries of its own from now on,
    /// and counted in the day of its address, of at most `most`. Whose day is full gets none.
    pub async fn divide(
        &self,
        claimed: &Claimed,
        mut letters: Vec<(EmailAddress, QueuedLetter)>,
        most: u32,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<()> {
        loop {
            let mut changes = vec![claimed.done()];
            changes.extend(letters.iter().map(|(to, _)| RateLimit::mails(to.canonical(), most).take(1, now)));
            let items = letters.iter().map(|(_, letter)| QueuedItem::letter(letter.clone()));
            changes.extend(items.map(|item| item.into_change(now, random)));
            let refused = self.transact(changes).await?;
            if matches!(refused, Transacted::Done) {
                return Ok(());
            }
            if refused.refused(0).is_some() {
                return Err(Error::internal("store: a letter was divided after its lease was over"));
            }
            let mut position = 0;
            letters.retain(|_| {
                position += 1;
                refused.refused(position).is_none()
            });
        }
    }
}
