//! The reserved sending time: one item of the table says until when the deployment's sending time is reserved. Every
//! deliverer moves this moment forward before it calls SES, so all deliverers together keep one pace.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Error, Result,
    domain::{SendingTime, SendingTurn},
    store::{
        Store,
        condition::{above, absent, all, any, at_most},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
    },
};

/// How often a deliverer tries to reserve sending time. A further try happens if other deliverers reserved sending time
/// meanwhile, and reads the item again.
const MAX_TRIES: u32 = 8;

/// The item of the reserved sending time.
#[derive(Deserialize)]
struct ReservedUntil {
    /// The end of the reserved sending time, in milliseconds since the epoch.
    free_at: i64,
}

impl ReservedUntil {
    fn moment(&self) -> Result<Timestamp> {
        let moment = Timestamp::from_millisecond(self.free_at);
        moment.map_err(|_| Error::internal("store: the end of the reserved sending time is no time"))
    }
}

impl Store {
    /// Reserves sending time with one conditional update, and returns the moment at which the reserved time begins. The
    /// result is `None` if the reserved time would begin after its last moment. `known` is the end of the reserved
    /// sending time as far as the caller knows. A wrong or missing `known` costs one more write and one more read.
    ///
    /// If DynamoDB's reply is lost, the repeated write reserves the time once more. Nobody uses the first reservation
    /// then, which only delays the next mails.
    pub async fn reserve_sending_time(
        &self,
        time: &SendingTime,
        known: Option<Timestamp>,
    ) -> Result<Option<Timestamp>> {
        let mut free_at = known;
        for _ in 0..MAX_TRIES {
            let write = match time.turn(free_at) {
                SendingTurn::Now => begin_now(time),
                SendingTurn::Queued => queue(time),
                SendingTurn::TooLate => return Ok(None),
            };
            if let Written::Done(item) = self.write(write).await? {
                let end = from_item::<ReservedUntil>(item)?.moment()?;
                return Ok(Some(end - time.duration));
            }
            let item: Option<ReservedUntil> = self.get(&keys::sending_time()).await?;
            free_at = item.map(|item| item.moment()).transpose()?;
        }
        Ok(None)
    }
}

/// The write that reserves sending time from now on, if none is reserved.
fn begin_now(time: &SendingTime) -> ConditionalWrite {
    let is_free = any([
        absent("free_at"),
        at_most("free_at", time.now.as_millisecond()),
        above("free_at", time.horizon().as_millisecond()),
    ]);
    let end = time.now.as_millisecond() + millis(time);
    ConditionalWrite::update(keys::sending_time()).expect(is_free).set("free_at", end)
}

/// The write that reserves sending time after the reserved time, whatever other deliverers have reserved meanwhile.
fn queue(time: &SendingTime) -> ConditionalWrite {
    let is_in_time =
        all([above("free_at", time.now.as_millisecond()), at_most("free_at", time.latest.as_millisecond())]);
    ConditionalWrite::update(keys::sending_time()).expect(is_in_time).add("free_at", millis(time))
}

fn millis(time: &SendingTime) -> i64 {
    i64::try_from(time.duration.as_millis()).unwrap_or(i64::MAX)
}
