//! Suppression: the fact that the service no longer mails an address, and the reason why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why an address is suppressed. The reasons for a suppression go from the weakest to the strongest: a stronger reason
/// replaces a weaker reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SuppressionReason {
    /// The suppressed address is on SES's own suppression list.
    Listed,
    /// A mail to the suppressed address bounced permanently.
    Bounced,
    /// The address's owner reported one of our mails as spam.
    Complained,
}

impl SuppressionReason {
    /// All reasons for a suppression, from the weakest to the strongest.
    pub const ALL: [Self; 3] = [Self::Listed, Self::Bounced, Self::Complained];

    /// The reason for the suppression in a few words, as the API shows the reason.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Listed => "on SES's suppression list",
            Self::Bounced => "bounced before",
            Self::Complained => "complained before",
        }
    }
}

/// The fact that the service no longer mails an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// The time since which the address is suppressed.
    pub since: Timestamp,
    /// The reason why the address is suppressed.
    pub reason: SuppressionReason,
}

impl Suppression {
    /// A sentence for the caller whose request would have mailed the address.
    pub fn message(&self) -> String {
        format!("This address isn't mailed any more: {}.", self.reason.description())
    }
}
