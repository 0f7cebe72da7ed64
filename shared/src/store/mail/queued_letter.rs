//! The letters that wait in the outbox.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{domain::EmailAddress, store::HashItem};

/// A letter about a sign-up, or about an invitation that has expired.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QueuedLetter {
    /// The one-time password of a sign-up.
    OneTimePassword {
        /// To whom.
        email: EmailAddress,
        /// The sign-up.
        sign_up: Uuid,
    },
    /// That the address has an account already.
    AlreadyRegistered {
        /// To whom.
        email: EmailAddress,
    },
    /// That somebody asks for a new invitation in place of an expired one: a letter to each of those who can invite again.
    Renewal {
        /// What the expired one's hash points to.
        hash: HashItem,
    },
    /// The letter to one of them.
    RenewalTo {
        /// To whom.
        email: EmailAddress,
        /// The same.
        hash: HashItem,
    },
    /// That they have signed up by an invitation.
    Welcome {
        /// To whom.
        email: EmailAddress,
        /// The workspace or company that they joined.
        scope_name: String,
    },
    /// Nothing at all: queued so that an answer takes as long for an unknown address.
    Nothing,
}
