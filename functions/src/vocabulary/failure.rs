//! Failures: why a request got no ordinary response, and what each failure means in HTTP.

use http::{StatusCode, header};
use lambda_http::{Body, Response};
use shared::{Error, Missing};

use super::headers::{retry_after_seconds, with_header};

/// The stable code of the failure for a list that is too large for a contract without pages.
pub(super) const LIST_TOO_LARGE: &str = "list_too_large";

/// The routes whose lists have pages. The failure's message names the routes with pages to a client whose own contract
/// has no pages.
const PAGED: &str = "GET /api/v1/workspaces/{workspaceId}/members and …/invitations have pages.";

/// Why a request got a failure in place of its ordinary response. Each contract renders a failure in its own format.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An operation of `shared` refused the request or failed.
    Operation(Error),
    /// The request's body has another media type than the contract accepts. The failure names the accepted media types.
    MediaType(&'static str),
    /// The request's path exists, but not with the request's method. The listed methods are the methods that the path
    /// accepts.
    Method(Vec<&'static str>),
    /// The request's path doesn't exist.
    Path,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Operation(error)
    }
}

/// Logs a failure that the service caused and the client didn't: an internal error, or an unavailable store.
pub(crate) fn log_failure(failure: &Failure) {
    if let Failure::Operation(Error::Internal(context) | Error::Unavailable(context)) = failure {
        tracing::error!(context = context.for_log(), "failed");
    }
}

/// The HTTP status of each failure (RFC 9110 section 15). `docs/statuses.md` explains the statuses.
pub(crate) fn status_of(failure: &Failure) -> StatusCode {
    match failure {
        Failure::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Failure::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
        Failure::Path => StatusCode::NOT_FOUND,
        Failure::Operation(error) => match error {
            Error::Invalid(_) => StatusCode::BAD_REQUEST,
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) | Error::WrongAddress(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::KeyInUse => StatusCode::CONFLICT,
            Error::KeyReused(_) | Error::Suppressed(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Gone => StatusCode::GONE,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// A failure's stable code for programs, and a sentence about the failure for people.
pub(crate) fn message_of(failure: &Failure) -> (&'static str, String) {
    match failure {
        Failure::MediaType(expected) => ("unsupported_media_type", format!("The content type must be {expected}.")),
        Failure::Method(methods) => {
            ("method_not_allowed", format!("This path takes {} and nothing else.", methods.join(", ")))
        }
        Failure::Path => ("not_found", "There is no such path.".to_owned()),
        Failure::Operation(error) => match error {
            Error::TooLarge(public) if public.code == LIST_TOO_LARGE => {
                (public.code, format!("{} {PAGED}", public.message))
            }
            Error::Invalid(public)
            | Error::Unauthenticated(public)
            | Error::Forbidden(public)
            | Error::WrongAddress(public)
            | Error::Conflict(public)
            | Error::Suppressed(public)
            | Error::KeyReused(public)
            | Error::TooLarge(public)
            | Error::TooMany { public, .. } => (public.code, public.message.to_string()),
            Error::NotFound(missing) => ("not_found", missing_message(*missing).to_owned()),
            Error::KeyInUse => (
                "idempotency_key_in_use",
                "A request with this Idempotency-Key is under way. Send it again.".to_owned(),
            ),
            Error::Gone => ("invitation_gone", "This invitation can't be used: ask for a new one.".to_owned()),
            Error::Unavailable(_) => ("unavailable", "Not now. Try again in a moment.".to_owned()),
            Error::Internal(_) => ("internal_error", "Something went wrong on our side.".to_owned()),
        },
    }
}

fn missing_message(missing: Missing) -> &'static str {
    match missing {
        Missing::Workspace => "There is no such workspace.",
        Missing::ServiceAccount => "There is no such service account.",
        Missing::Person => "There is no such person.",
        Missing::Group => "There is no such group.",
        Missing::Invitation => "There is no such invitation.",
        Missing::Domain => "There is no such domain.",
        Missing::MailTemplate => "There is no such mail template.",
    }
}

/// Adds to the response the headers that belong to its failure: `Allow` (RFC 9110 section 10.2.1), `Retry-After` (RFC
/// 9110 section 10.2.3) or `WWW-Authenticate` (RFC 6750 section 3).
pub(crate) fn with_failure_headers(response: Response<Body>, failure: &Failure) -> Response<Body> {
    match failure {
        Failure::Method(methods) => with_header(response, header::ALLOW, &methods.join(", ")),
        Failure::Operation(Error::TooMany { retry_after, .. }) => {
            with_header(response, header::RETRY_AFTER, &retry_after_seconds(*retry_after))
        }
        Failure::Operation(Error::Unavailable(_) | Error::KeyInUse) => with_header(response, header::RETRY_AFTER, "1"),
        Failure::Operation(Error::Unauthenticated(_)) => with_header(response, header::WWW_AUTHENTICATE, "Bearer"),
        _ => response,
    }
}
