//! The delivery of a mail: the delivery state, and the events by which the delivery state moves forward.
//!
//! SES reports the events of a delivery late, repeatedly and in any order. Each event reports a [`DeliveryStep`], and
//! the delivery steps have an order. A person's record stores an event only if the event's
//! [position](DeliveryEvent::position) is higher than the position of the event that the record stores, so the delivery
//! state never moves back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::SuppressionReason;

/// The delivery state of a mail, as the API shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DeliveryState {
    /// The mail waits in the outbox.
    Queued,
    /// SES accepted the mail.
    Sent,
    /// The recipient's mail server accepted the mail.
    Delivered,
    /// The mail bounced. The record's delivery detail gives the reason.
    Bounced,
    /// The recipient reported the mail as spam.
    Complained,
    /// The mail was not sent, because the address is suppressed.
    Suppressed,
    /// The mail will not be sent. The record's delivery detail gives the reason.
    Failed,
}

/// The step that a mail has reached in its delivery. The variants of the delivery step are in order: an event of an
/// earlier step never replaces an event of a later step.
///
/// The same invitation can be mailed twice, if SES's answer to the first mail was lost. The order of delivery steps
/// therefore also covers two copies of a mail: the steps that say that a copy reached the person come after the steps
/// that say that another copy did not reach the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStep {
    /// The service gave the mail up: the delivery state is FAILED. A later step replaces the step `NotSent` if SES had
    /// accepted the mail after all, or if an operator requeues the mail.
    NotSent = 1,
    /// SES accepted the mail: the delivery state is SENT.
    Sent,
    /// SES could not deliver the mail yet and keeps trying: the delivery state stays SENT, with the reason as a detail.
    Delayed,
    /// The mail bounced for a temporary reason: the delivery state is BOUNCED. SES also reports automatic replies as
    /// temporary bounces, after the delivery.
    BouncedForNow,
    /// SES accepted the mail but will not send the mail: the delivery state is FAILED.
    Refused,
    /// The recipient's address is on a suppression list: the delivery state is SUPPRESSED.
    Suppressed,
    /// The recipient's mail server accepted the mail: the delivery state is DELIVERED.
    Delivered,
    /// The mail bounced permanently: the delivery state is BOUNCED, even if SES reported a delivery before.
    Bounced,
    /// The recipient reported the delivered mail as spam: the delivery state is COMPLAINED.
    Complained,
}

impl DeliveryStep {
    /// The delivery state of a mail that has reached this step.
    pub const fn state(self) -> DeliveryState {
        match self {
            Self::Sent | Self::Delayed => DeliveryState::Sent,
            Self::Delivered => DeliveryState::Delivered,
            Self::BouncedForNow | Self::Bounced => DeliveryState::Bounced,
            Self::Complained => DeliveryState::Complained,
            Self::Suppressed => DeliveryState::Suppressed,
            Self::NotSent | Self::Refused => DeliveryState::Failed,
        }
    }

    /// The position of this delivery step in the order of steps, as the table stores the position.
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// The reason why the recipient's address is suppressed after this delivery step. `None` if the step suppresses no
    /// address.
    pub const fn suppression_reason(self) -> Option<SuppressionReason> {
        match self {
            Self::Suppressed => Some(SuppressionReason::Listed),
            Self::Bounced => Some(SuppressionReason::Bounced),
            Self::Complained => Some(SuppressionReason::Complained),
            _ => None,
        }
    }
}

/// An event in the delivery of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEvent {
    /// The delivery step that the mail has reached.
    pub step: DeliveryStep,
    /// When the mail reached the step.
    pub at: Timestamp,
    /// The reason for the delivery event in a few words. The reason contains no address, and no text from another mail
    /// server.
    pub detail: Option<String>,
}

impl DeliveryEvent {
    /// The position of this delivery event in the order of all delivery events of a mail. The event of a later step has
    /// a higher position, and of two events of the same step the later event has the higher position. A delivery event
    /// replaces a recorded event whose position is lower, so an event that SES reports twice does not replace itself.
    /// The store compares the positions of delivery events in the condition of its write.
    pub fn position(&self) -> (u8, i64) {
        (self.step.rank(), self.at.as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [DeliveryStep; 9] = [
        DeliveryStep::NotSent,
        DeliveryStep::Sent,
        DeliveryStep::Delayed,
        DeliveryStep::BouncedForNow,
        DeliveryStep::Refused,
        DeliveryStep::Suppressed,
        DeliveryStep::Delivered,
        DeliveryStep::Bounced,
        DeliveryStep::Complained,
    ];

    fn event(step: DeliveryStep, second: i64) -> DeliveryEvent {
        let at = Timestamp::from_second(second).unwrap();
        DeliveryEvent { step, at, detail: Some(format!("{step:?} at {second}")) }
    }

    /// The event that a record stores after these delivery events were reported one after the other.
    fn recorded<'a>(events: impl IntoIterator<Item = &'a DeliveryEvent>) -> Option<&'a DeliveryEvent> {
        events.into_iter().fold(None, |recorded, next| match recorded {
            Some(recorded) if next.position() <= recorded.position() => Some(recorded),
            _ => Some(next),
        })
    }

    /// A strategy that generates delivery events in one order, and the same delivery events in another order with
    /// repetitions.
    fn in_two_orders() -> impl Strategy<Value = (Vec<DeliveryEvent>, Vec<DeliveryEvent>)> {
        let one = (prop::sample::select(STEPS.to_vec()), 0..5_i64).prop_map(|(step, second)| event(step, second));
        prop::collection::vec(one, 1..8).prop_flat_map(|all| {
            let repeated = prop::collection::vec(prop::sample::select(all.clone()), 0..4);
            let shuffled = repeated.prop_map({
                let all = all.clone();
                move |repeated| all.iter().cloned().chain(repeated).collect::<Vec<_>>()
            });
            (Just(all), shuffled.prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn the_order_and_repetition_of_events_do_not_matter((order, other) in in_two_orders()) {
            prop_assert_eq!(recorded(&order), recorded(&other));
        }
    }

    #[test]
    fn steps_are_numbered_in_their_order() {
        assert!(STEPS.windows(2).all(|pair| pair[0] < pair[1] && pair[0].rank() < pair[1].rank()));
    }

    #[test]
    fn a_late_event_of_an_earlier_step_changes_nothing() {
        use DeliveryStep as Step;
        let state = |steps: &[DeliveryStep]| {
            let events: Vec<_> = steps.iter().zip(0..).map(|(step, second)| event(*step, second)).collect();
            recorded(&events).unwrap().step.state()
        };
        assert_eq!(state(&[Step::Delivered, Step::Sent]), DeliveryState::Delivered);
        assert_eq!(state(&[Step::Sent, Step::Delivered, Step::Bounced]), DeliveryState::Bounced);
        assert_eq!(state(&[Step::Complained, Step::Delivered]), DeliveryState::Complained);
        // SES reports an automatic reply as a temporary bounce.
        assert_eq!(state(&[Step::Delivered, Step::BouncedForNow]), DeliveryState::Delivered);
        // SES had accepted the mail, but SES's answer was lost and the service gave the mail up.
        assert_eq!(state(&[Step::NotSent, Step::Sent]), DeliveryState::Sent);
        assert_eq!(state(&[Step::Refused, Step::Sent]), DeliveryState::Failed);
    }
}
