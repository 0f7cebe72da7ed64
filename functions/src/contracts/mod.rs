//! The contracts: whose words a request is read and answered in. They never import each other.

pub(crate) mod datagol;
pub(crate) mod dock;
pub(crate) mod hexabase;
pub(crate) mod rows;
pub(crate) mod smart_documentor;
pub(crate) mod usher;

use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use lambda_http::{Body, Response};
use schemars::{Schema, SchemaGenerator};
use serde::Serialize;
use shared::{Error, Public};

use crate::{incoming::Failure, routes::Answer};

/// Of an address that is told again: as long as one can be (RFC 5321).
const MAX_OF_ADDRESS: usize = 254;

/// Of a word that is told again, such as a role. With the address of each row and what is told of it, 10,000 rows are
/// answered in less than Lambda's 6 MB.
const MAX_OF_WORD: usize = 64;

/// A list larger than this is refused: Lambda answers at most 6 MB, the body as a JSON string within them.
const MAX_BYTES: usize = 5 * 1024 * 1024;

/// The code of a list of people that is too large for a contract without pages, and where there are pages.
const LIST_TOO_LARGE: &str = "list_too_large";
const PAGED: &str = "GET /api/v1/workspaces/{workspaceId}/members and …/invitations have pages.";

/// Whose words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contract {
    /// DataGOL's.
    DataGol,
    /// SmartDocumentor's.
    SmartDocumentor,
    /// Dock's.
    Dock,
    /// Hexabase's.
    Hexabase,
    /// Our own.
    Usher,
}

impl Contract {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::DataGol, Self::Dock, Self::SmartDocumentor, Self::Hexabase, Self::Usher];

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DataGol => "DataGOL",
            Self::SmartDocumentor => "SmartDocumentor",
            Self::Dock => "Dock",
            Self::Hexabase => "Hexabase",
            Self::Usher => "Usher",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::DataGol => "DataGOL's contract: sign-up, workspaces, service accounts and many invitations at once.",
            Self::SmartDocumentor => "SmartDocumentor's contract: client credentials, integer ids, all or nothing.",
            Self::Dock => "Dock's contract: workspace users, workspaces and domains. All routes need a company admin.",
            Self::Hexabase => "Hexabase's contract: workspaces, their groups and users.",
            Self::Usher => {
                "Our own surface: the invitation's whole life, the pages behind its links, and this description."
            }
        }
    }

    /// The body of its refusals.
    pub(crate) fn problem(self, generator: &mut SchemaGenerator) -> Schema {
        match self {
            Self::DataGol => generator.subschema_for::<datagol::errors::Problem>(),
            Self::SmartDocumentor => generator.subschema_for::<smart_documentor::errors::Problem>(),
            Self::Dock => generator.subschema_for::<dock::errors::Problem>(),
            Self::Hexabase => generator.subschema_for::<hexabase::errors::Problem>(),
            Self::Usher => generator.subschema_for::<usher::errors::Problem>(),
        }
    }

    /// Its name, which is that of its folder here and in `events/`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataGol => "datagol",
            Self::SmartDocumentor => "smart_documentor",
            Self::Dock => "dock",
            Self::Hexabase => "hexabase",
            Self::Usher => "usher",
        }
    }

    /// Whose a path is that no route has.
    pub fn of_path(path: &str) -> Self {
        let mut segments = path.split('/').skip(1);
        match (segments.next().unwrap_or_default(), segments.next()) {
            ("idp" | "noCo", _) => Self::DataGol,
            ("connect", _) | ("api", Some("v1.0")) => Self::SmartDocumentor,
            ("v1", _) => Self::Dock,
            ("api", Some("v0")) => Self::Hexabase,
            _ => Self::Usher,
        }
    }

    pub(crate) fn render(self, failure: &Failure, trace_id: &str) -> Response<Body> {
        match self {
            Self::DataGol => datagol::errors::render(failure, trace_id),
            Self::SmartDocumentor => smart_documentor::errors::render(failure, trace_id),
            Self::Dock => dock::errors::render(failure, trace_id),
            Self::Hexabase => hexabase::errors::render(failure, trace_id),
            Self::Usher => usher::errors::render(failure, trace_id),
        }
    }
}

/// ResultDetail the log of failures that are ours.
pub(crate) fn log_failure(failure: &Failure) {
    if let Failure::Operation(Error::Internal(context) | Error::Unavailable(context)) = failure {
        tracing::error!(context = context.for_the_log(), "failed");
    }
}

/// What each failure means in HTTP (RFC 9110 section 15). `docs/statuses.md` tells it in words.
fn status(failure: &Failure) -> StatusCode {
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

/// The stable code and the sentence for a failure.
fn words(failure: &Failure) -> (&'static str, String) {
    match failure {
        Failure::MediaType(expected) => ("unsupported_media_type", format!("The content type must be {expected}.")),
        Failure::Method(known) => {
            ("method_not_allowed", format!("This path takes {} and nothing else.", known.join(", ")))
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
            Error::NotFound(missing) => ("not_found", missing_words(*missing).to_owned()),
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

fn missing_words(missing: shared::Missing) -> &'static str {
    match missing {
        shared::Missing::Workspace => "There is no such workspace.",
        shared::Missing::ServiceAccount => "There is no such service account.",
        shared::Missing::Person => "There is no such person.",
        shared::Missing::Group => "There is no such group.",
        shared::Missing::Invitation => "There is no such invitation.",
        shared::Missing::Domain => "There is no such domain.",
        shared::Missing::MailTemplate => "There is no such mail template.",
    }
}

/// The headers that belong to some failures: `Allow` (RFC 9110 section 10.2.1), `Retry-After` (10.2.3) and
/// `WWW-Authenticate` (RFC 6750 section 3).
fn with_headers(response: Response<Body>, failure: &Failure) -> Response<Body> {
    match failure {
        Failure::Method(known) => with_header(response, header::ALLOW, &known.join(", ")),
        Failure::Operation(Error::TooMany { retry_after, .. }) => {
            with_header(response, header::RETRY_AFTER, &seconds(*retry_after))
        }
        Failure::Operation(Error::Unavailable(_) | Error::KeyInUse) => with_header(response, header::RETRY_AFTER, "1"),
        Failure::Operation(Error::Unauthenticated(_)) => with_header(response, header::WWW_AUTHENTICATE, "Bearer"),
        _ => response,
    }
}

fn with_header(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// `Retry-After` in seconds: at least one.
fn seconds(retry_after: SignedDuration) -> String {
    retry_after.as_secs().max(1).to_string()
}

/// An answer with a list that isn't too large.
fn bounded(response: Response<Body>) -> Answer {
    match response.body() {
        Body::Text(text) if escaped_len(text) > MAX_BYTES => {
            let message = "The list is larger than 5 MB.";
            Err(Error::TooLarge(Public::new(LIST_TOO_LARGE, message)).into())
        }
        _ => Ok(response),
    }
}

/// The beginning of what was given, to be told again: so much of it as takes `most` bytes once Lambda has put the answer,
/// which is JSON, into its own JSON.
fn echo(given: &str, most: usize) -> String {
    let mut left = most;
    let fits = |char: &char| {
        let taken = match char {
            '"' | '\\' => 4,
            char if char.is_control() => 7,
            char => char.len_utf8(),
        };
        let fits = taken <= left;
        left = left.saturating_sub(taken);
        fits
    };
    given.chars().take_while(fits).collect()
}

/// How long the text is once Lambda has put it into its own JSON.
fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// A JSON answer. None is kept by caches.
fn json(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn ok(body: &impl Serialize) -> Response<Body> {
    json(StatusCode::OK, "application/json", body)
}

fn empty() -> Response<Body> {
    Response::new(Body::Empty)
}

/// A list that is documented as a bare array, and so has no pages.
fn bare_array<T: Serialize>(items: &[T]) -> Answer {
    bounded(ok(&items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_array_is_refused_when_lambda_could_not_answer_it() {
        let row = "x".repeat(1024 - 5);
        assert!(bare_array(&vec![&row; 5 * 1024 - 1]).is_ok());
        let refused = bare_array(&vec![&row; 5 * 1024]).unwrap_err();
        assert!(matches!(refused, Failure::Operation(Error::TooLarge(public)) if public.code == "list_too_large"));
    }

    #[test]
    fn what_is_told_again_takes_so_many_bytes_and_no_more() {
        let taken = |text: &str| {
            let body = serde_json::to_string(text).unwrap();
            serde_json::to_string(&body).unwrap().len() - 4 - 2
        };
        for given in ["a".repeat(100), "\"".repeat(100), "\u{1}".repeat(100), "ü".repeat(100), "a\"ü\\".repeat(30)] {
            let told = echo(&given, 64);
            assert!(given.starts_with(&told) && (58..=64).contains(&taken(&told)), "{told}");
        }
        assert_eq!(echo("user@example.com", MAX_OF_ADDRESS), "user@example.com");
    }

    #[test]
    fn a_path_that_no_route_has_is_told_in_its_contracts_words() {
        for (path, contract) in [
            ("/idp/x", Contract::DataGol),
            ("/noCo", Contract::DataGol),
            ("/connect/x", Contract::SmartDocumentor),
            ("/api/v1.0/external", Contract::SmartDocumentor),
            ("/api/v0/x", Contract::Hexabase),
            ("/api/v1/x", Contract::Usher),
            ("/", Contract::Usher),
        ] {
            assert_eq!(Contract::of_path(path), contract, "{path}");
        }
    }
}
