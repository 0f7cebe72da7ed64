//! The letters in the outbox. A letter is a mail that does not invite or add a person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{domain::EmailAddress, store::HashItem};

/// A letter about a sign-up, or about an expired invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QueuedLetter {
    /// The one-time password of a sign-up.
    OneTimePassword {
        /// The recipient.
        email: EmailAddress,
        /// The id of the sign-up.
        sign_up: Uuid,
    },
    /// Tells the recipient of a sign-up that the address already has an account.
    AlreadyRegistered {
        /// The recipient.
        email: EmailAddress,
    },
    /// The request for a new invitation in place of an expired invitation. The deliverer divides this request into one
    /// [`QueuedLetter::RenewalTo`] for each person who can invite again.
    Renewal {
        /// The item of the expired invitation's hash.
        hash: HashItem,
    },
    /// The request for a new invitation, addressed to one person who can invite again.
    RenewalTo {
        /// The recipient.
        email: EmailAddress,
        /// The item of the expired invitation's hash.
        hash: HashItem,
    },
    /// Confirms that the recipient has signed up with an invitation.
    Welcome {
        /// The recipient.
        email: EmailAddress,
        /// The name of the workspace or company that the recipient joined.
        scope_name: String,
    },
    /// No letter. The service queues an outbox item without a letter for an unknown address, so that the response takes
    /// as long as for a known address.
    Nothing,
}
