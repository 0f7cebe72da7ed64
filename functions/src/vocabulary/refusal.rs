//! The ways to refuse a request, for the description. A contract's own code renders each of them, so the description
//! can't differ from the responses.

use jiff::SignedDuration;
use shared::{Error, InternalContext, Missing, PublicMessage};

use super::failure::Failure;

/// A way to refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request can't be read, or asks for something impossible. Every route that reads a body or a query has it.
    Invalid,
    /// The token is missing or invalid. Every route that needs a token has it.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// The invitation is for another address.
    OtherAddress,
    /// Nothing that the caller may know of has this id. Every route with a parameter in its path has it.
    Missing,
    /// The parameter makes it another path. Every route with a parameter in its path has it.
    Path,
    /// The present state doesn't allow the request.
    Conflict,
    /// The address is suppressed: it isn't mailed any more.
    Suppressed,
    /// The link is dead, for whatever reason.
    Gone,
    /// The body is too large. Every route that accepts a body has it.
    BodyTooLarge,
    /// The list is too large.
    ListTooLarge,
    /// The body has another media type. Every route that accepts a body has it.
    MediaType,
    /// A limit is exhausted for now.
    TooMany,
    /// The store is unavailable. Every route has it.
    Unavailable,
    /// The service failed. Every route has it.
    Internal,
}

impl Refusal {
    /// What the refusal means, in a sentence of the document.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Invalid => "The request can't be read, or asks for something impossible.",
            Self::Unauthenticated => "The token, or the credentials, are missing or wrong.",
            Self::Forbidden => "The caller may not do this.",
            Self::OtherAddress => "The invitation is for another e-mail address.",
            Self::Missing => "Nothing that the caller may know of has this id.",
            Self::Path => "There is no such path.",
            Self::Conflict => "The present state doesn't allow the request.",
            Self::Suppressed => "The address is suppressed: it isn't mailed any more.",
            Self::Gone => "The link is dead, for whatever reason.",
            Self::BodyTooLarge => "The body is larger than 4 MB.",
            Self::ListTooLarge => "The list is larger than 5 MB.",
            Self::MediaType => "The body is of another content type.",
            Self::TooMany => "A limit is exhausted for now.",
            Self::Unavailable => "The service is unavailable for now. Sending the request again is safe.",
            Self::Internal => "Something went wrong on our side.",
        }
    }

    /// A failure of this kind.
    pub(crate) fn failure(self) -> Failure {
        let public = || PublicMessage::new("", "");
        let internal = || InternalContext::new("");
        Failure::Operation(match self {
            Self::MediaType => return Failure::MediaType(""),
            Self::Path => return Failure::Path,
            Self::Invalid => Error::Invalid(public()),
            Self::Unauthenticated => Error::Unauthenticated(public()),
            Self::Forbidden => Error::Forbidden(public()),
            Self::OtherAddress => Error::WrongAddress(public()),
            Self::Missing => Error::NotFound(Missing::Workspace),
            Self::Conflict => Error::Conflict(public()),
            Self::Suppressed => Error::Suppressed(public()),
            Self::Gone => Error::Gone,
            Self::BodyTooLarge | Self::ListTooLarge => Error::TooLarge(public()),
            Self::TooMany => Error::TooMany { public: public(), retry_after: SignedDuration::ZERO },
            Self::Unavailable => Error::Unavailable(internal()),
            Self::Internal => Error::Internal(internal()),
        })
    }
}
