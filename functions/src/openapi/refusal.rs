//! The ways to refuse. What a contract makes of each isn't told here: it is asked.

use http::{HeaderMap, header};
use jiff::SignedDuration;
use lambda_http::{Body, Response};
use shared::{Error, Internal, Missing, Public};

use crate::{contracts::Contract, incoming::Failure};

/// A way to refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// What was sent can't be read, or asks for what can't be.
    Invalid,
    /// No token, or none that is good. Where a token is needed it goes without saying.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// The invitation is for another address.
    OtherAddress,
    /// There is no such thing that the caller may know of. Where the path has a parameter it goes without saying.
    Missing,
    /// With such a parameter there is no such path. Where the path has one it goes without saying.
    Path,
    /// What is there speaks against it.
    Conflict,
    /// The address isn't mailed any more.
    Suppressed,
    /// The link is dead.
    Gone,
    /// The body is too large. Where there is one it goes without saying.
    BodyTooLarge,
    /// The list is too large.
    ListTooLarge,
    /// The body is of another type. Where there is one it goes without saying.
    MediaType,
    /// Too much of something for now.
    TooMany,
    /// The store can't take it now. It goes without saying.
    Unavailable,
    /// Our fault. It goes without saying.
    Internal,
}

impl Refusal {
    /// What it means, in a sentence.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Invalid => "What was sent can't be read, or asks for what can't be.",
            Self::Unauthenticated => "Nobody is known by these credentials.",
            Self::Forbidden => "The caller may not do this.",
            Self::OtherAddress => "The invitation is for another e-mail address.",
            Self::Missing => "There is no such thing that the caller may know of.",
            Self::Path => "There is no such path.",
            Self::Conflict => "What is there speaks against it.",
            Self::Suppressed => "The address isn't mailed any more.",
            Self::Gone => "The link is dead, whatever killed it.",
            Self::BodyTooLarge => "The body is larger than 4 MB.",
            Self::ListTooLarge => "The list is larger than 5 MB.",
            Self::MediaType => "The body is of another content type.",
            Self::TooMany => "Too much of something for now.",
            Self::Unavailable => "Not now; sending it again is safe.",
            Self::Internal => "Something went wrong on our side.",
        }
    }

    /// How the contract refuses so.
    pub(super) fn rendered(self, contract: Contract) -> Response<Body> {
        contract.render(&self.failure(), "")
    }

    fn failure(self) -> Failure {
        let public = || Public::new("", "");
        let internal = || Internal::new("");
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

/// Those of the headers that clients are told of, and what they mean.
pub(super) fn told(headers: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let known = [
        (header::RETRY_AFTER, "Retry-After", "After so many seconds it may be sent again."),
        (header::WWW_AUTHENTICATE, "WWW-Authenticate", "Bearer."),
    ];
    known.into_iter().filter(|(name, ..)| headers.contains_key(name)).map(|(_, name, about)| (name, about)).collect()
}
