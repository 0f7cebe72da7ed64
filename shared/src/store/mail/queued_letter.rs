//! The letters in the outbox. A letter is a mail that does not invite or add a person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{domain::EmailAddress, store::HashItem};

/// A letter about a sign-up, or about an expired invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QueuedLetter {
    /// The letter with the one-time password of a sign-up.
    OneTimePassword {
        /// The recipient of the letter.
        email: EmailAddress,
        /// The id of the sign-up.
        sign_up: Uuid,
    },
    /// The letter that tells the recipient that somebody signed up with the recipient's address, which already has an
    /// account.
    AlreadyRegistered {
        /// The recipient of the letter.
        email: EmailAddress,
    },
    /// The request for a new invitation in place of an expired invitation. The deliverer divides a request for a new
    /// invitation into one [`QueuedLetter::RenewalTo`] for each person who can invite again.
    Renewal {
        /// The stored item of the hash in the expired invitation's link.
        hash: HashItem,
    },
    /// The request for a new invitation, addressed to one person who can invite again.
    RenewalTo {
        /// The recipient of the letter.
        email: EmailAddress,
        /// The stored item of the hash in the expired invitation's link.
        hash: HashItem,
    },
    /// The letter that confirms that the recipient has signed up with an invitation.
    Welcome {
        /// The recipient of the letter.
        email: EmailAddress,
        /// The name of the workspace or company that the recipient joined.
        scope_name: String,
    },
    /// No letter. The service queues an outbox item without a letter for an unknown address, so that the response takes
    /// as long as for a known address.
    Nothing,
}
