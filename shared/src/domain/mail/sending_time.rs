//! [`SendingTime`]: the time that a bulk call to SES takes up, so that all deliverers together keep one pace.

use jiff::{SignedDuration, Timestamp};

/// No deliverer waits this long for its turn. Sending time that is reserved further ahead was reserved by a wrong clock.
const HORIZON: SignedDuration = SignedDuration::from_mins(2);

/// The sending time that a deliverer asks for. The deployment's sending time is a single queue: each bulk call takes up
/// the time that its mails take at the sending rate, and begins when the time of the previous call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendingTime {
    /// The present moment.
    pub now: Timestamp,
    /// The last moment at which the call may begin.
    pub latest: Timestamp,
    /// The time that the mails of the call take at the sending rate.
    pub duration: SignedDuration,
}

/// When a bulk call may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendingTurn {
    /// No sending time is reserved, so the call may begin now.
    Now,
    /// The call begins when the reserved sending time is over.
    Queued,
    /// The call would begin after its last moment.
    TooLate,
}

impl SendingTime {
    /// The sending time of a call with `recipients` mails at `rate` mails per second, rounded up to milliseconds.
    pub fn of_call(recipients: usize, rate: f64, now: Timestamp, latest: Timestamp) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "at most 50 recipients, and at least a fraction of a mail per second"
        )]
        let milliseconds = (recipients as f64 * 1_000.0 / rate).ceil() as i64;
        Self { now, latest, duration: SignedDuration::from_millis(milliseconds) }
    }

    /// When the call may begin if the sending time is reserved until `free_at`. `None` means that no sending time was
    /// ever reserved.
    pub fn turn(&self, free_at: Option<Timestamp>) -> SendingTurn {
        match free_at {
            None => SendingTurn::Now,
            Some(free_at) if free_at <= self.now || free_at > self.horizon() => SendingTurn::Now,
            Some(free_at) if free_at > self.latest => SendingTurn::TooLate,
            Some(_) => SendingTurn::Queued,
        }
    }

    /// The last moment until which another deliverer can have reserved sending time.
    pub fn horizon(&self) -> Timestamp {
        self.now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn in_ms(milliseconds: i64) -> Timestamp {
        NOW + SignedDuration::from_millis(milliseconds)
    }

    #[test]
    fn a_call_takes_the_time_that_its_mails_take_at_the_rate() {
        for (recipients, rate, milliseconds) in [(48, 400.0, 120), (11, 11.2, 983), (1, 0.8, 1_250), (50, 80.0, 625)] {
            let time = SendingTime::of_call(recipients, rate, NOW, NOW);
            assert_eq!(time.duration, SignedDuration::from_millis(milliseconds), "{recipients} at {rate}");
        }
    }

    #[test]
    fn a_call_begins_at_once_or_after_the_reserved_time_or_not_at_all() {
        let time = SendingTime { now: NOW, latest: in_ms(75_000), duration: SignedDuration::from_millis(120) };
        for (free_at, turn) in [
            (None, SendingTurn::Now),
            (Some(in_ms(-1)), SendingTurn::Now),
            (Some(in_ms(0)), SendingTurn::Now),
            (Some(in_ms(1)), SendingTurn::Queued),
            (Some(in_ms(75_000)), SendingTurn::Queued),
            (Some(in_ms(75_001)), SendingTurn::TooLate),
            (Some(in_ms(120_000)), SendingTurn::TooLate),
        ] {
            assert_eq!(time.turn(free_at), turn, "{free_at:?}");
        }
    }

    #[test]
    fn a_reservation_of_a_clock_that_was_far_ahead_stops_nobody() {
        let time = SendingTime { now: NOW, latest: in_ms(75_000), duration: SignedDuration::from_millis(120) };
        for free_at in [in_ms(120_001), Timestamp::MAX] {
            assert_eq!(time.turn(Some(free_at)), SendingTurn::Now, "{free_at}");
        }
    }
}
