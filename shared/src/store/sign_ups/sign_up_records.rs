//! Sign-ups whose address is not verified yet. Each sign-up has its own one-time password. The first sign-up of an
//! address whose one-time password is verified becomes the account of the address.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Result,
    domain::{EmailAddress, SignUp},
    store::{
        Store,
        condition::{absent, any, below},
        conditional_write::ConditionalWrite,
        keys,
        mail::{outbox::OutboxItem, queued_letter::QueuedLetter},
        transact::Transacted,
    },
};

impl Store {
    /// Writes a sign-up and queues a letter about the sign-up.
    pub async fn begin_sign_up(&self, sign_up: &SignUp, letter: &QueuedLetter) -> Result<()> {
        /// The item of the table that stores a sign-up.
        #[derive(Serialize)]
        struct SignUpItem<'a> {
            #[serde(flatten)]
            sign_up: &'a SignUp,
            purge_at: i64,
        }
        let item = SignUpItem { sign_up, purge_at: sign_up.expires_at.as_second() + 1 };
        let writes = vec![
            ConditionalWrite::put(&keys::sign_up(&sign_up.address, sign_up.id), item),
            OutboxItem::letter(letter.clone()).into_write(sign_up.begun_at, self.random()),
        ];
        self.transact(writes).await.map(|_| ())
    }

    /// Reads the unexpired sign-ups of an address, oldest first. A sign-up may also exist for an address that already
    /// had an account.
    pub async fn sign_ups(&self, address: &EmailAddress, now: Timestamp) -> Result<Vec<SignUp>> {
        let mut sign_ups: Vec<SignUp> = self.query(&keys::address_partition(address), "OTP#", usize::MAX).await?;
        sign_ups.retain(|sign_up| now < sign_up.expires_at);
        sign_ups.sort_by_key(|sign_up| sign_up.begun_at);
        Ok(sign_ups)
    }

    /// Counts an attempt at the one-time password of a sign-up, before the given one-time password is compared with the
    /// right one. Returns `false` if the sign-up has no attempts left or was used. The write that counts the attempt is
    /// a transaction, so that an attempt counts only once even if DynamoDB's reply to the write was lost.
    pub async fn count_try(&self, sign_up: &SignUp) -> Result<bool> {
        let write = ConditionalWrite::update(keys::sign_up(&sign_up.address, sign_up.id))
            .if_present()
            .expect(any([absent("tries"), below("tries", SignUp::MAX_TRIES)]))
            .add("tries", 1);
        Ok(matches!(self.transact(vec![write]).await?, Transacted::Done))
    }

    /// Reads one sign-up of an address.
    pub async fn sign_up(&self, address: &EmailAddress, id: Uuid) -> Result<Option<SignUp>> {
        self.get(&keys::sign_up(address, id)).await
    }

    /// Queues a letter in the outbox.
    pub async fn queue_letter(&self, letter: QueuedLetter, now: Timestamp) -> Result<()> {
        self.write(OutboxItem::letter(letter).into_write(now, self.random())).await.map(|_| ())
    }
}
