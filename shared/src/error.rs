//! The errors of operations. They know nothing of HTTP: each contract turns them into responses in one match.

use std::{borrow::Cow, fmt};

use jiff::SignedDuration;

/// The result of an operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not do what the request asked for.
#[derive(Debug)]
pub enum Error {
    /// The request is malformed, or asks for something impossible.
    Invalid(PublicMessage),
    /// The caller is not authenticated: no token, an invalid or expired token, or wrong credentials.
    Unauthenticated(PublicMessage),
    /// The caller is authenticated but lacks the right to do this.
    Forbidden(PublicMessage),
    /// The invitation is for another address than the caller's.
    WrongAddress(PublicMessage),
    /// The thing does not exist, or the caller may not learn that it exists.
    NotFound(Missing),
    /// The current state of a record forbids it, for example a name that is taken.
    Conflict(PublicMessage),
    /// The address is suppressed: it bounced or its owner complained, so the service no longer mails it.
    Suppressed(PublicMessage),
    /// The idempotency key was already used for a different request.
    KeyReused(PublicMessage),
    /// A request with the same idempotency key is still running.
    KeyInUse,
    /// The invitation's link is dead: used, expired, revoked, declined, replaced, or never valid. The caller never
    /// learns which.
    Gone,
    /// The body or the list is too large.
    TooLarge(PublicMessage),
    /// A rate limit is used up.
    TooMany {
        /// The message for the caller.
        public: PublicMessage,
        /// How long the caller has to wait before the next attempt.
        retry_after: SignedDuration,
    },
    /// DynamoDB refused the write for now, or did not answer, so the outcome is unknown. The caller should try again.
    Unavailable(InternalContext),
    /// A bug or a broken deployment.
    Internal(InternalContext),
}

impl Error {
    /// An [`Error::Invalid`] with a stable code and a message for the caller.
    pub fn invalid(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(PublicMessage::new(code, message))
    }

    /// An [`Error::Unauthenticated`] with a stable code and a message for the caller.
    pub fn unauthenticated(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Unauthenticated(PublicMessage::new(code, message))
    }

    /// An [`Error::Forbidden`] with a stable code and a message for the caller.
    pub fn forbidden(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Forbidden(PublicMessage::new(code, message))
    }

    /// An [`Error::Conflict`] with a stable code and a message for the caller.
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(PublicMessage::new(code, message))
    }

    /// An [`Error::Internal`] whose context goes only to the log.
    pub fn internal(context: impl Into<String>) -> Self {
        Self::Internal(InternalContext::new(context))
    }
}

/// What the caller sees: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicMessage {
    /// The code, in `snake_case`. It never changes.
    pub code: &'static str,
    /// The sentence.
    pub message: Cow<'static, str>,
}

impl PublicMessage {
    /// A message with this code and sentence.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What only the log shows. This type does not implement `Display`, so that no response can include it by accident.
pub struct InternalContext(String);

impl InternalContext {
    /// Context for the log. The text must not contain an address, token, hash or password.
    pub fn new(context: impl Into<String>) -> Self {
        Self(context.into())
    }

    /// The context, for the log.
    pub fn for_log(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InternalContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InternalContext({})", self.0)
    }
}

/// The kind of thing that was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No workspace with this id, or none that the caller has access to.
    Workspace,
    /// No service account with this id in the caller's company.
    ServiceAccount,
    /// No person with this id in the workspace or the caller's company.
    Person,
    /// No group with this id in the workspace.
    Group,
    /// No invitation with this id to this workspace or company.
    Invitation,
    /// No mail domain with this id in the caller's company.
    Domain,
    /// No mail template with this id in the caller's company.
    MailTemplate,
}
