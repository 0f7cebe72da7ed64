//! A request as the handlers of the contracts see the request.

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

/// The largest body of a request in bytes. Lambda itself refuses a request of more than 6 MB before our code runs, and
/// Lambda's refusal has no contract's format.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

const JSON: &str = "application/json";

/// The content type of the forms that browsers send.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The API description, for the routes that serve the API description. The API description is made from the table of
/// routes. Each request carries the API description to the handler, so that the table of routes needn't refer to
/// anything that is made from the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiDescription {
    /// Makes the response with the OpenAPI document.
    pub(crate) document: fn() -> Response<Body>,
    /// Makes the response with the reference page for people.
    pub(crate) reference_page: fn() -> Response<Body>,
}

/// A request, with the values of the parameters in its path.
pub(crate) struct Incoming {
    request: Request,
    path_parameters: Vec<(String, String)>,
    base_path: String,
    trace_id: String,
    unknown: UnknownFields,
    /// The API description, which describes all routes.
    pub(crate) api_description: ApiDescription,
}

impl Incoming {
    /// Makes a request without a route: undeclared fields of the request are ignored, and its path has no parameters.
    pub(crate) fn new(request: Request, trace_id: String, api_description: ApiDescription) -> Self {
        let (path_parameters, base_path, unknown) = (Vec::new(), String::new(), UnknownFields::Ignored);
        Self { request, path_parameters, base_path, trace_id, unknown, api_description }
    }

    /// The same request, on a route whose path has the given parameters and follows the given base path.
    pub(crate) fn on_route(
        self,
        path_parameters: Vec<(String, String)>,
        base_path: String,
        unknown: UnknownFields,
    ) -> Self {
        Self { path_parameters, base_path, unknown, ..self }
    }

    /// What the request's path has before the route's path, such as a stage's name: empty, or a text like `/prod`.
    pub(crate) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Whether a browser asks for the permission to send another request (Fetch Standard, section 3.3.2). The gateway's
    /// route `$default` receives such requests too, and the gateway adds the headers that give the permission to a
    /// successful response (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>).
    pub(crate) fn is_preflight(&self) -> bool {
        let asks = [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD];
        self.method() == Method::OPTIONS && asks.iter().all(|name| self.headers().contains_key(name))
    }

    /// The id of the request by which support finds the request in the log.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The HTTP method of the request.
    pub(crate) fn method(&self) -> &Method {
        self.request.method()
    }

    /// The HTTP headers of the request.
    pub(super) fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The value of the named parameter of the path. If the path has no parameter of this name, the value is empty.
    pub(crate) fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of the named query parameter.
    pub(crate) fn query_values(&self, name: &str) -> Vec<String> {
        let query = self.request.query_string_parameters_ref();
        query.and_then(|query| query.all(name)).into_iter().flatten().map(str::to_owned).collect()
    }

    /// Reads the parameters of the query. If the query repeats a parameter, the parameter's first value counts.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query parameter that can't be read.
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

    /// Refuses a request whose query has a parameter that isn't one of the declared parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the code `unknown_parameter` for an undeclared query parameter.
    pub(crate) fn require_declared_parameters(&self, declared: &[&str]) -> Result<(), Error> {
        let given = self.request.query_string_parameters_ref();
        let mut names = given.into_iter().flat_map(|query| query.iter()).map(|(name, _)| name);
        match names.find(|name| !declared.contains(name)) {
            Some(name) => Err(unknown_name("unknown_parameter", "query parameter", name, declared).into()),
            None => Ok(()),
        }
    }

    /// The access token of the request, from the header `Authorization: Bearer` (RFC 6750 section 2.1) or
    /// `x-auth-token`.
    fn token(&self) -> Option<&str> {
        let bearer = self.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer =
            bearer.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        match bearer {
            Some((_, token)) => Some(token.trim()),
            None => self.headers().get("x-auth-token").and_then(|value| value.to_str().ok()).map(str::trim),
        }
    }

    /// Authenticates the caller of the request. Log lines that are written after the authentication name the caller's
    /// company.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the request has no valid access token.
    pub(crate) async fn caller(&self, usher: &Usher) -> Result<Caller, Error> {
        let caller = usher.authenticate(self.token()).await?;
        tracing::Span::current().record("company", tracing::field::display(caller.company()));
        Ok(caller)
    }

    /// Authenticates the caller of the request and counts the request. The caller's company may make `max_per_minute`
    /// requests in a minute.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the request has no valid access token.
    pub(crate) async fn metered_caller(&self, usher: &Usher, max_per_minute: u32) -> Result<MeteredCaller, Error> {
        let metered = usher.authenticate_metered(self.token(), max_per_minute).await?;
        tracing::Span::current().record("company", tracing::field::display(metered.caller.company()));
        Ok(metered)
    }

    /// The SHA-256 digest of the request's content type, query and body.
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

    /// The request's body as text.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for a body that is too large, and [`Error::Invalid`] for a body that isn't UTF-8.
    pub(crate) fn text(&self) -> Result<&str, Error> {
        let bytes = self.bytes();
        if bytes.len() > MAX_BODY_BYTES {
            let public =
                PublicMessage::new("body_too_large", "The body is larger than 4 MB. Send fewer users at once.");
            return Err(Error::TooLarge(public));
        }
        std::str::from_utf8(bytes).map_err(|_| Error::invalid("invalid_body", "The body isn't valid UTF-8."))
    }

    /// Whether the request's body has the given media type. A body without a content type counts as a body of any media
    /// type.
    fn is_of(&self, media_type: &str) -> bool {
        let Some(given) = self.headers().get(header::CONTENT_TYPE) else { return true };
        let given = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        given.eq_ignore_ascii_case(media_type)
    }

    /// Whether the request's content type says that the body is CSV (RFC 7111).
    pub(crate) fn is_csv(&self) -> bool {
        self.headers().contains_key(header::CONTENT_TYPE) && self.is_of("text/csv")
    }

    /// Reads the JSON body of a request.
    ///
    /// # Errors
    /// [`Failure::MediaType`] for a body of another media type, and [`Error::Invalid`] for a body or a field that can't
    /// be read.
    pub(crate) fn body<B: Fields>(&self) -> Result<B, Failure> {
        self.body_or::<B>(JSON)
    }

    /// Reads the JSON body of a request, on a route that accepts bodies of another media type too.
    ///
    /// # Errors
    /// [`Failure::MediaType`] for a body that isn't JSON, with the media types in `accepted`, and [`Error::Invalid`]
    /// for a body or a field that can't be read.
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

    /// Reads the fields of a form (WHATWG URL, application/x-www-form-urlencoded). If the form repeats a field, the
    /// field's last value counts.
    ///
    /// # Errors
    /// [`Failure::MediaType`] for a body that isn't a form, and [`Error::Invalid`] for a body that isn't UTF-8 or a
    /// field that can't be read.
    pub(crate) fn form<B: Fields>(&self) -> Result<B, Failure> {
        if !self.is_of(FORM) {
            return Err(Failure::MediaType(FORM));
        }
        let pairs = form_urlencoded::parse(self.text()?.as_bytes());
        let fields = pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
        Ok(B::read(&GivenFields { fields: &fields, unknown: UnknownFields::Ignored })?)
    }
}
