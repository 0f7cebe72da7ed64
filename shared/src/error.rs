//! The errors of operations. An error of an operation knows nothing of HTTP: each vendor's contract turns the errors
//! into HTTP responses in one `match` expression.

use std::{borrow::Cow, fmt};

use jiff::SignedDuration;

/// The result of an operation: the operation's value or an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not do what the request asked for.
#[derive(Debug)]
pub enum Error {
    /// The request is malformed, or asks for something impossible.
    Invalid(PublicMessage),
    /// The caller is not authenticated: no token, an invalid or expired token, or wrong credentials.
    Unauthenticated(PublicMessage),
    /// The caller is authenticated but lacks the right to do what the request asks for.
    Forbidden(PublicMessage),
    /// The invitation is for another address than the caller's.
    WrongAddress(PublicMessage),
    /// The thing that the request names does not exist, or the caller may not learn that the thing exists.
    NotFound(Missing),
    /// The current state of a record forbids what the request asks for. For example, a request asks for a name that is
    /// already taken.
    Conflict(PublicMessage),
    /// The address is suppressed: a mail to the address bounced, or the address's owner complained. The service no
    /// longer mails the address.
    Suppressed(PublicMessage),
    /// The idempotency key was already used for a different request.
    KeyReused(PublicMessage),
    /// A request with the same idempotency key is still running.
    KeyInUse,
    /// The invitation's link is dead: used, expired, revoked, declined, replaced, or never valid. The caller never
    /// learns why the invitation's link is dead.
    Gone,
    /// The request's body, or a list in the request, is too large.
    TooLarge(PublicMessage),
    /// A rate limit for the caller's requests is used up.
    TooMany {
        /// The code and the sentence that the caller sees.
        public: PublicMessage,
        /// How long the caller has to wait before the next attempt.
        retry_after: SignedDuration,
    },
    /// DynamoDB refused the operation's write for now, or DynamoDB did not answer, so that nobody knows whether the
    /// write happened. The caller should send the request again.
    Unavailable(InternalContext),
    /// The operation failed because of a bug or a broken deployment.
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

/// The part of an error that the caller sees: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicMessage {
    /// The error's code for programs, in `snake_case`. The code of an error stays the same in all versions of the API.
    pub code: &'static str,
    /// The sentence that explains the error to people.
    pub message: Cow<'static, str>,
}

impl PublicMessage {
    /// Makes the part of an error that the caller sees from its code and its sentence.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The part of an error that only the log shows. The type `InternalContext` does not implement `Display`, so that no
/// response can include the error's context by accident.
pub struct InternalContext(String);

impl InternalContext {
    /// The context of an error, for the log. The context of an error must not contain an address, token, hash or
    /// password.
    pub fn new(context: impl Into<String>) -> Self {
        Self(context.into())
    }

    /// The context of the error, for the log.
    pub fn for_log(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InternalContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InternalContext({})", self.0)
    }
}

/// The kind of thing that a request named and that was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No workspace has the requested id, or the caller has no access to the workspace.
    Workspace,
    /// The caller's company has no service account with the requested id.
    ServiceAccount,
    /// The workspace or the caller's company has no person with the requested id.
    Person,
    /// The workspace has no group with the requested id.
    Group,
    /// The workspace or company has no invitation with the requested id.
    Invitation,
    /// The caller's company has no mail domain with the requested id.
    Domain,
    /// The caller's company has no mail template with the requested id.
    MailTemplate,
}
