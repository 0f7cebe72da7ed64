//! What can go wrong, told without a word of HTTP.

use std::{borrow::Cow, fmt};

use jiff::SignedDuration;

/// The result of an operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not do what it was asked. One place per contract turns it into an answer.
#[derive(Debug)]
pub enum Error {
    /// The request is malformed, or asks for something that can't be.
    Invalid(Public),
    /// The caller didn't prove who they are: no token, a dead token, wrong credentials.
    Unauthenticated(Public),
    /// The caller is known and may not do this.
    Forbidden(Public),
    /// The invitation is for another address.
    WrongAddress(Public),
    /// There is no such thing, or the caller may not know that there is.
    NotFound(Missing),
    /// What is there already speaks against it.
    Conflict(Public),
    /// The address isn't mailed any more.
    Suppressed(Public),
    /// The name that the request was given stands for another one.
    KeyReused(Public),
    /// A request of this name is under way.
    KeyInUse,
    /// The invitation's link is dead, whatever killed it.
    Gone,
    /// The body or the list is too large.
    TooLarge(Public),
    /// Too many, too soon.
    TooMany {
        /// What was too much.
        public: Public,
        /// After this long it may be asked again.
        retry_after: SignedDuration,
    },
    /// The store can't take it now, or nobody knows whether it did: to be tried again.
    Unavailable(Internal),
    /// Our fault.
    Internal(Internal),
}

impl Error {
    /// An [`Error::Invalid`] with a stable code and a message for the caller.
    pub fn invalid(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(Public::new(code, message))
    }

    /// An [`Error::Unauthenticated`] with a stable code and a message for the caller.
    pub fn unauthenticated(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Unauthenticated(Public::new(code, message))
    }

    /// An [`Error::Forbidden`] with a stable code and a message for the caller.
    pub fn forbidden(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Forbidden(Public::new(code, message))
    }

    /// An [`Error::Conflict`] with a stable code and a message for the caller.
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(Public::new(code, message))
    }

    /// An [`Error::Internal`] whose context goes to the log only.
    pub fn internal(context: impl Into<String>) -> Self {
        Self::Internal(Internal::new(context))
    }
}

/// What the caller is told: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// Stable, in `snake_case`.
    pub code: &'static str,
    /// A sentence in plain words.
    pub message: Cow<'static, str>,
}

impl Public {
    /// A public message.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What only the log is told. It has no `Display`, so that it can't end up in an answer by accident.
pub struct Internal(String);

impl Internal {
    /// Context for the log. It must hold no address, token, hash or password.
    pub fn new(context: impl Into<String>) -> Self {
        Self(context.into())
    }

    /// The context, for the log.
    pub fn for_the_log(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Internal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Internal({})", self.0)
    }
}

/// What was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No workspace of that id that the caller can reach.
    Workspace,
    /// No service account of that id in the caller's company.
    ServiceAccount,
    /// Nobody of that id among the people of the caller's company.
    Person,
    /// No group of that id in the workspace.
    Group,
    /// No invitation of that id to this workspace or company.
    Invitation,
    /// No domain of that id in the caller's company.
    Domain,
    /// No mail template of that id in the caller's company.
    MailTemplate,
}
