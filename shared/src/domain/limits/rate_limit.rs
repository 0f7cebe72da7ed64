//! [`RateLimit`]: a limit on the number of uses in each window of time, for example the mails to an address in a day.

use jiff::{SignedDuration, Timestamp};

/// A limit on the number of uses in each window of time, for example on the mails to an address in a day.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit<'a> {
    /// The kind of use that the rate limit counts.
    pub kind: &'static str,
    /// The subject whose uses are counted, for example an address.
    pub subject: &'a str,
    /// The length of a window of the rate limit. The windows begin at multiples of this length since 1970.
    pub window: SignedDuration,
    /// The largest number of uses in one window of the rate limit.
    pub most: u32,
}

impl<'a> RateLimit<'a> {
    /// The daily limit on mails to an address, not counting one-time passwords.
    pub fn mails(address: &'a str, most: u32) -> Self {
        Self { kind: "mails", subject: address, window: SignedDuration::from_hours(24), most }
    }
}

impl RateLimit<'_> {
    /// The number of the time window that this time belongs to.
    pub fn window_number(&self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.window.as_secs().max(1))
    }

    /// The time until the next time window of the rate limit begins.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        let window = self.window.as_secs().max(1);
        SignedDuration::from_secs(window - now.as_second().rem_euclid(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_where_the_next_one_begins() {
        let limit = RateLimit { kind: "test", subject: "", window: SignedDuration::from_mins(1), most: 1 };
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!((limit.window_number(at(119)), limit.window_number(at(120))), (1, 2));
        assert_eq!(
            (limit.left(at(119)), limit.left(at(120))),
            (SignedDuration::from_secs(1), SignedDuration::from_mins(1))
        );
        assert_eq!(limit.window_number(at(-1)), -1);
    }
}
