//! Sign-ups whose address isn't verified yet. Each has its own one-time password; whichever is verified becomes the account.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Result,
    domain::{EmailAddress, MAX_TRIES, Random, SignUp},
    store::{
        Store,
        condition::{absent, any, below},
        conditional_write::ConditionalWrite,
        keys,
        mail::{outbox::QueuedItem, queued_letter::QueuedLetter},
        transact::Transacted,
    },
};

impl Store {
    /// Writes a sign-up and queues a letter about it.
    pub async fn begin_sign_up(&self, sign_up: &SignUp, letter: &QueuedLetter, random: &dyn Random) -> Result<()> {
        #[derive(Serialize)]
        struct Perishable<'a> {
            #[serde(flatten)]
            sign_up: &'a SignUp,
            purge_at: i64,
        }
        let item = Perishable { sign_up, purge_at: sign_up.expires_at.as_second() + 1 };
        let changes = vec![
            ConditionalWrite::put(&keys::sign_up(&sign_up.address, sign_up.id), item),
            QueuedItem::letter(letter.clone()).into_change(sign_up.begun_at, random),
        ];
        self.transact(changes).await.map(|_| ())
    }

    /// The sign-ups of an address whose time isn't over, newest last; those of an address that had an account too.
    pub async fn sign_ups(&self, address: &EmailAddress, now: Timestamp) -> Result<Vec<SignUp>> {
        let mut sign_ups: Vec<SignUp> = self.query(&keys::address(address), "OTP#", usize::MAX).await?;
        sign_ups.retain(|sign_up| now < sign_up.expires_at);
        sign_ups.sort_by_key(|sign_up| sign_up.begun_at);
        Ok(sign_ups)
    }

    /// Counts a try at the one-time password of a sign-up, before it is compared. `false` if it had its tries, or was
    /// used. A transaction, so that a try whose reply was lost is counted once.
    pub async fn count_try(&self, sign_up: &SignUp) -> Result<bool> {
        let change = ConditionalWrite::update(keys::sign_up(&sign_up.address, sign_up.id))
            .if_present()
            .expect(any([absent("tries"), below("tries", MAX_TRIES)]))
            .add("tries", 1);
        Ok(matches!(self.transact(vec![change]).await?, Transacted::Done))
    }

    /// One sign-up.
    pub async fn sign_up(&self, address: &EmailAddress, id: Uuid) -> Result<Option<SignUp>> {
        self.get(&keys::sign_up(address, id)).await
    }

    /// Queues a letter.
    pub async fn queue_letter(&self, letter: QueuedLetter, now: Timestamp, random: &dyn Random) -> Result<()> {
        self.write(QueuedItem::letter(letter).into_change(now, random)).await.map(|_| ())
    }
}
