//! A request as contracts see it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, header};
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use shared::{
    Error, PublicMessage, Usher,
    operations::{Caller, MeteredCaller},
};

use super::{
    failure::Failure,
    given_fields::{Fields, GivenFields, UnknownFields},
    problem::unknown_name,
};

/// The largest body in bytes. Lambda refuses an event of 6 MB before our code runs, in no contract's format.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

const JSON: &str = "application/json";

/// The content type of the forms that browsers send.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The description of all routes, for the routes that serve it. The description is made from the table of routes. A request
/// carries it, so that the table needs nothing that is made from the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiDescription {
    /// The OpenAPI document.
    pub(crate) document: fn() -> Response<Body>,
    /// The reference page for people.
    pub(crate) reference_page: fn() -> Response<Body>,
}

/// A request, with the parameters that its route found in the path.
pub(crate) struct Incoming {
    request: Request,
    path_parameters: Vec<(String, String)>,
    trace_id: String,
    unknown: UnknownFields,
    /// The description of all routes.
    pub(crate) api_description: ApiDescription,
}

impl Incoming {
    /// A request whose unknown fields are ignored.
    pub(crate) fn new(request: Request, trace_id: String, api_description: ApiDescription) -> Self {
        Self { request, path_parameters: Vec::new(), trace_id, unknown: UnknownFields::Ignored, api_description }
    }

    /// The same request on a route with these parameters in its path.
    pub(crate) fn on_route(self, path_parameters: Vec<(String, String)>, unknown: UnknownFields) -> Self {
        Self { path_parameters, unknown, ..self }
    }

    /// The id by which support finds the request in the log.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The request's method.
    pub(crate) fn method(&self) -> &Method {
        self.request.method()
    }

    /// The request's headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// A parameter of the path; empty if the path has none of this name.
    pub(crate) fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a query parameter.
    pub(crate) fn query_values(&self, name: &str) -> Vec<String> {
        let query = self.request.query_string_parameters_ref();
        query.and_then(|query| query.all(name)).into_iter().flatten().map(str::to_owned).collect()
    }

    /// The query's parameters. Of a repeated parameter the first value counts.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a parameter that can't be read.
    pub(crate) fn query<Q: Fields>(&self) -> Result<Q, Error> {
        let mut fields = Map::new();
        for (name, value) in self.request.query_string_parameters_ref().into_iter().flat_map(|query| query.iter()) {
            fields.entry(name).or_insert_with(|| Value::from(value));
        }
        Ok(Q::read(&GivenFields { fields: &fields, unknown: UnknownFields::Ignored })?)
    }

    /// Whether the request has a query.
    pub(crate) fn has_query(&self) -> bool {
        self.request.query_string_parameters_ref().is_some_and(|query| !query.is_empty())
    }

    /// Refuses a query with a parameter that isn't one of these.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the code `unknown_parameter`.
    pub(crate) fn require_declared_parameters(&self, declared: &[&str]) -> Result<(), Error> {
        let given = self.request.query_string_parameters_ref();
        let mut names = given.into_iter().flat_map(|query| query.iter()).map(|(name, _)| name);
        match names.find(|name| !declared.contains(name)) {
            Some(name) => Err(unknown_name("unknown_parameter", "query parameter", name, declared).into()),
            None => Ok(()),
        }
    }

    /// The token, from `Authorization: Bearer` (RFC 6750 section 2.1) or from `x-auth-token`.
    fn token(&self) -> Option<&str> {
        let bearer = self.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer =
            bearer.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        match bearer {
            Some((_, token)) => Some(token.trim()),
            None => self.headers().get("x-auth-token").and_then(|value| value.to_str().ok()).map(str::trim),
        }
    }

    /// The caller, whose company the log names from now on.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a valid token.
    pub(crate) async fn caller(&self, usher: &Usher) -> Result<Caller, Error> {
        let caller = usher.authenticate(self.token()).await?;
        tracing::Span::current().record("company", tracing::field::display(caller.company()));
        Ok(caller)
    }

    /// As [`Incoming::caller`], for a company admin whose company may make so many requests in a minute.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a valid token.
    pub(crate) async fn metered_caller(&self, usher: &Usher, max_per_minute: u32) -> Result<MeteredCaller, Error> {
        let metered = usher.authenticate_metered(self.token(), max_per_minute).await?;
        tracing::Span::current().record("company", tracing::field::display(metered.caller.company()));
        Ok(metered)
    }

    /// The SHA-256 digest of content type, query and body.
    pub(crate) fn digest(&self) -> String {
        let content_type = self.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        let query = self.request.uri().query().unwrap_or_default().as_bytes();
        let parts = [content_type, query];
        let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part).chain_update([0]));
        URL_SAFE_NO_PAD.encode(digest.chain_update(self.bytes()).finalize())
    }

    fn bytes(&self) -> &[u8] {
        match self.request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => b"",
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::TooLarge`], and [`Error::Invalid`] for a body that isn't UTF-8.
    pub(crate) fn text(&self) -> Result<&str, Error> {
        let bytes = self.bytes();
        if bytes.len() > MAX_BODY_BYTES {
            let public =
                PublicMessage::new("body_too_large", "The body is larger than 4 MB. Send fewer users at once.");
            return Err(Error::TooLarge(public));
        }
        std::str::from_utf8(bytes).map_err(|_| Error::invalid("invalid_body", "The body isn't valid UTF-8."))
    }

    /// Whether the body is of the media type. A body without a content type counts as what the contract expects.
    fn is_of(&self, media_type: &str) -> bool {
        let Some(given) = self.headers().get(header::CONTENT_TYPE) else { return true };
        let given = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        given.eq_ignore_ascii_case(media_type)
    }

    /// Whether the request says that its body is CSV (RFC 7111).
    pub(crate) fn is_csv(&self) -> bool {
        self.headers().contains_key(header::CONTENT_TYPE) && self.is_of("text/csv")
    }

    /// The JSON body.
    ///
    /// # Errors
    /// [`Failure::MediaType`], and [`Error::Invalid`] for what is wrong with the body or with one of its fields.
    pub(crate) fn body<B: Fields>(&self) -> Result<B, Failure> {
        self.body_or::<B>(JSON)
    }

    /// The JSON body, where the route accepts another media type too.
    ///
    /// # Errors
    /// As [`Incoming::body`]; the message names the accepted media types.
    pub(crate) fn body_or<B: Fields>(&self, accepted: &'static str) -> Result<B, Failure> {
        if !self.is_of(JSON) {
            return Err(Failure::MediaType(accepted));
        }
        let text = self.text()?;
        if text.trim().is_empty() {
            return Err(Error::invalid("invalid_body", "A JSON body is needed.").into());
        }
        let body: Value =
            serde_json::from_str(text).map_err(|_| Error::invalid("invalid_body", "The body isn't valid JSON."))?;
        let Value::Object(fields) = &body else {
            return Err(Error::invalid("invalid_body", "The body must be a JSON object.").into());
        };
        Ok(B::read_checked(&GivenFields { fields, unknown: self.unknown })?)
    }

    /// The fields of a form (WHATWG URL, application/x-www-form-urlencoded). Of a repeated field the last value counts.
    ///
    /// # Errors
    /// [`Failure::MediaType`], and [`Error::Invalid`] for a body that isn't UTF-8 or a field that can't be read.
    pub(crate) fn form<B: Fields>(&self) -> Result<B, Failure> {
        if !self.is_of(FORM) {
            return Err(Failure::MediaType(FORM));
        }
        let pairs = form_urlencoded::parse(self.text()?.as_bytes());
        let fields = pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
        Ok(B::read(&GivenFields { fields: &fields, unknown: UnknownFields::Ignored })?)
    }
}
