//! What becomes of a mail. What is known of it only moves forward, in whatever order it is heard.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Identifier, PersonId, Scope};

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DeliveryState {
    /// Waits to be mailed.
    Queued,
    /// SES has taken it.
    Sent,
    /// The recipient's mail server has taken it.
    Delivered,
    /// It came back; the detail says why.
    Bounced,
    /// The recipient called it spam.
    Complained,
    /// Wasn't mailed, because the address bounced or complained before.
    Suppressed,
    /// Won't be mailed; the detail says why.
    Failed,
}

/// How far a mail has come. A later step is never undone by an earlier one that is heard of late.
///
/// The same invitation may be mailed twice, where SES's answer was lost. So steps aren't only those of one mail: what
/// reached the person stands above what kept another copy from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStep {
    /// Not given to SES, or given up: FAILED, until SES says that it had it after all, or it is brought back.
    NotSent = 1,
    /// SES has it: SENT.
    Sent,
    /// SES has it and can't get rid of it yet: still SENT, with a detail.
    Delayed,
    /// Came back for a reason that may pass: BOUNCED. Automatic replies are told as such too, after the delivery.
    BouncedForNow,
    /// SES had it and won't send it: FAILED.
    Refused,
    /// The address is on a list of those not mailed: SUPPRESSED.
    Suppressed,
    /// Has arrived: DELIVERED.
    Delivered,
    /// Came back for good: BOUNCED, also where it seemed to have arrived.
    Bounced,
    /// Arrived, and was called spam: COMPLAINED.
    Complained,
}

impl DeliveryStep {
    /// The state that a mail is in after this step.
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

    /// The step as a number that grows with it.
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// Whether the address is not to be mailed again after this, and why.
    pub const fn suppresses(self) -> Option<SuppressionReason> {
        match self {
            Self::Suppressed => Some(SuppressionReason::ListedPerson),
            Self::Bounced => Some(SuppressionReason::Bounced),
            Self::Complained => Some(SuppressionReason::Complained),
            _ => None,
        }
    }
}

/// Something that became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub step: DeliveryStep,
    /// When.
    pub at: Timestamp,
    /// Why, in a few words; neither an address nor what a stranger's server wrote.
    pub detail: Option<String>,
}

impl Delivery {
    /// Whether this is to be written over what is known: it is a later step, or the same one at a later time. What is
    /// heard again changes nothing.
    pub fn follows(&self, known: &Self) -> bool {
        (self.step, self.at) > (known.step, known.at)
    }
}

/// Which mail it was: whose record it was about, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedTo {
    /// To what they were invited, or were added.
    pub of: Scope,
    /// Who it went to.
    pub identifier: Identifier,
    /// The record's public id.
    pub person: PersonId,
    /// The version that was mailed.
    pub version: u32,
}

/// Why an address isn't mailed any more. The greater one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SuppressionReason {
    /// It is on SES's own list.
    ListedPerson,
    /// Mail to it came back for good.
    Bounced,
    /// Its reader called our mail spam.
    Complained,
}

impl SuppressionReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ListedPerson, Self::Bounced, Self::Complained];

    /// In a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ListedPerson => "on SES's suppression list",
            Self::Bounced => "bounced before",
            Self::Complained => "complained before",
        }
    }
}

/// That an address isn't mailed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: SuppressionReason,
}

impl Suppression {
    /// What whoever would have it mailed is told: a sentence.
    pub fn sentence(&self) -> String {
        format!("This address isn't mailed any more: {}.", self.reason.words())
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

    fn heard(step: DeliveryStep, second: i64) -> Delivery {
        let at = Timestamp::from_second(second).unwrap();
        Delivery { step, at, detail: Some(format!("{step:?} at {second}")) }
    }

    /// What is known after these are heard one after the other.
    fn known<'a>(heard: impl IntoIterator<Item = &'a Delivery>) -> Option<&'a Delivery> {
        heard.into_iter().fold(None, |known, next| match known {
            Some(known) if !next.follows(known) => Some(known),
            _ => Some(next),
        })
    }

    fn in_two_orders() -> impl Strategy<Value = (Vec<Delivery>, Vec<Delivery>)> {
        let one = (prop::sample::select(STEPS.to_vec()), 0..5_i64).prop_map(|(step, second)| heard(step, second));
        prop::collection::vec(one, 1..8).prop_flat_map(|all| {
            // Each is heard at least once, some of them again.
            let again = prop::collection::vec(prop::sample::select(all.clone()), 0..4);
            let shuffled = again.prop_map({
                let all = all.clone();
                move |again| all.iter().cloned().chain(again).collect::<Vec<_>>()
            });
            (Just(all), shuffled.prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn events_in_any_order_and_again_come_to_the_same((order, other) in in_two_orders()) {
            prop_assert_eq!(known(&order), known(&other));
        }
    }

    #[test]
    fn steps_are_numbered_in_their_order() {
        assert!(STEPS.windows(2).all(|pair| pair[0] < pair[1] && pair[0].rank() < pair[1].rank()));
    }

    #[test]
    fn what_comes_late_undoes_nothing() {
        use DeliveryStep as Step;
        let state = |steps: &[DeliveryStep]| {
            let heard: Vec<_> = steps.iter().zip(0..).map(|(step, second)| heard(*step, second)).collect();
            known(&heard).unwrap().step.state()
        };
        assert_eq!(state(&[Step::Delivered, Step::Sent]), DeliveryState::Delivered);
        assert_eq!(state(&[Step::Sent, Step::Delivered, Step::Bounced]), DeliveryState::Bounced);
        assert_eq!(state(&[Step::Complained, Step::Delivered]), DeliveryState::Complained);
        // An automatic reply isn't a mail that came back.
        assert_eq!(state(&[Step::Delivered, Step::BouncedForNow]), DeliveryState::Delivered);
        // SES had what was given up after its answer was lost.
        assert_eq!(state(&[Step::NotSent, Step::Sent]), DeliveryState::Sent);
        assert_eq!(state(&[Step::Refused, Step::Sent]), DeliveryState::Failed);
    }
}
