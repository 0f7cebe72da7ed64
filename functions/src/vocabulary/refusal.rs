//! The ways in which routes refuse requests, for the API description. The contract's own code renders each refusal for
//! the API description, so that the API description can't differ from the responses.

use jiff::SignedDuration;
use shared::{Error, InternalContext, Missing, PublicMessage};

use super::failure::Failure;

/// A way in which a route refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request can't be read, or the request asks for something impossible. Every route that reads a body or a
    /// query may refuse a request in this way.
    Invalid,
    /// The access token is missing or invalid. Every route that needs an access token may refuse a request in this way.
    Unauthenticated,
    /// The caller isn't allowed to do what the request asks for.
    Forbidden,
    /// The invitation is for another e-mail address than the caller's.
    OtherAddress,
    /// The id in the request belongs to nothing that the caller may know of. Every route with a parameter in its path
    /// may refuse a request in this way.
    Missing,
    /// With the parameter's value, the request's path is a path that doesn't exist. Every route with a parameter in its
    /// path may refuse a request in this way.
    Path,
    /// The request conflicts with the present state of what the request wants to change.
    Conflict,
    /// The e-mail address is suppressed: the service no longer sends mails to the address.
    Suppressed,
    /// The invitation's link is dead. The refusal of a dead link doesn't tell why the link is dead.
    Gone,
    /// The request's body is too large. Every route that accepts a body may refuse a request in this way.
    BodyTooLarge,
    /// The list in the response would be too large.
    ListTooLarge,
    /// The request's body has a media type that the route doesn't accept. Every route that accepts a body may refuse a
    /// request in this way.
    MediaType,
    /// The caller has used up a limit, such as requests per minute, and must wait.
    TooMany,
    /// The store is unavailable. Every route may refuse a request in this way.
    Unavailable,
    /// The service failed. Every route may refuse a request in this way.
    Internal,
}

impl Refusal {
    /// What the refusal means, in a sentence for the OpenAPI document.
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

    /// A sample failure of this kind of refusal. The API description has the contract render the sample.
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
