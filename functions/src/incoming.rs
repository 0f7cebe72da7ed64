//! A request as handlers see it, and what they make of its parts.

use std::fmt::Display;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use lambda_http::{Body, Request, RequestExt};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use shared::{
    Error, Usher,
    domain::{IdempotencyKey, Reason},
    operations::Caller,
};

/// Larger bodies are refused here, in the contract's words: Lambda refuses an event of 6 MB before any code of ours.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Why a request got no ordinary answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An operation said no.
    Operation(Error),
    /// The body isn't of the media type that the contract takes.
    MediaType(&'static str),
    /// The path is known, but not with this verb; these it knows.
    Method(Vec<&'static str>),
    /// The path is unknown.
    Path,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Operation(error)
    }
}

/// A request with what the route found in its path.
pub(crate) struct Incoming {
    request: Request,
    parameters: Vec<(String, String)>,
    trace_id: String,
}

impl Incoming {
    pub(crate) fn new(request: Request, parameters: Vec<(String, String)>, trace_id: String) -> Self {
        Self { request, parameters, trace_id }
    }

    /// By which support finds the request in the log.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The request's verb.
    pub(crate) fn method(&self) -> &http::Method {
        self.request.method()
    }

    /// A parameter of the path.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A parameter of the query; the first, if there are several.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.request.query_string_parameters_ref()?.first(name).map(str::to_owned)
    }

    /// All values of a parameter of the query.
    pub(crate) fn queries(&self, name: &str) -> Vec<String> {
        let query = self.request.query_string_parameters_ref();
        query.and_then(|query| query.all(name)).into_iter().flatten().map(str::to_owned).collect()
    }

    fn headers(&self) -> &HeaderMap {
        self.request.headers()
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

    /// Who is calling.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] without a good token.
    pub(crate) async fn caller(&self, usher: &Usher) -> Result<Caller, Error> {
        let caller = usher.authenticate(self.token()).await?;
        tracing::Span::current().record("company", tracing::field::display(caller.company()));
        Ok(caller)
    }

    /// The name that the client gave the request (draft-ietf-httpapi-idempotency-key-header).
    ///
    /// # Errors
    /// [`Error::Invalid`] if it isn't one.
    pub(crate) fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Error> {
        let Some(value) = self.headers().get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().unwrap_or_default().parse();
        key.map(Some).map_err(|problem| Error::invalid("invalid_idempotency_key", told("Idempotency-Key", problem)))
    }

    /// SHA-256 of what was sent: content type, query and body.
    pub(crate) fn digest(&self) -> String {
        let kind = self.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        let query = self.request.uri().query().unwrap_or_default().as_bytes();
        let digest =
            [kind, query].iter().fold(Sha256::new(), |digest, part| digest.chain_update(part).chain_update([0]));
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
    /// [`Error::TooLarge`], or an [`Error::Invalid`] for one that isn't UTF-8.
    pub(crate) fn text(&self) -> Result<&str, Error> {
        let bytes = self.bytes();
        if bytes.len() > MAX_BYTES {
            let public =
                shared::Public::new("body_too_large", "The body is larger than 4 MB. Send fewer users at once.");
            return Err(Error::TooLarge(public));
        }
        std::str::from_utf8(bytes).map_err(|_| Error::invalid("invalid_body", "The body isn't valid UTF-8."))
    }

    /// A body without a content type is taken for what the contract expects.
    fn is_of(&self, media_type: &str) -> bool {
        let Some(given) = self.headers().get(header::CONTENT_TYPE) else { return true };
        let given = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        given.eq_ignore_ascii_case(media_type)
    }

    /// Whether the body is said to be CSV (RFC 7111).
    pub(crate) fn is_csv(&self) -> bool {
        self.headers().contains_key(header::CONTENT_TYPE) && self.is_of("text/csv")
    }

    /// The fields of a JSON body.
    ///
    /// # Errors
    /// [`Failure::MediaType`], or an [`Error::Invalid`] that says what is wrong with the body.
    pub(crate) fn json(&self) -> Result<Fields, Failure> {
        self.json_or("application/json")
    }

    /// The fields of a JSON body, where another media type would do too.
    ///
    /// # Errors
    /// As [`Incoming::json`], naming what is taken.
    pub(crate) fn json_or(&self, taken: &'static str) -> Result<Fields, Failure> {
        if !self.is_of("application/json") {
            return Err(Failure::MediaType(taken));
        }
        let text = self.text()?;
        if text.trim().is_empty() {
            return Err(Error::invalid("invalid_body", "A JSON body is needed.").into());
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Ok(Fields(fields)),
            Ok(_) => Err(Error::invalid("invalid_body", "The body must be a JSON object.").into()),
            Err(_) => Err(Error::invalid("invalid_body", "The body isn't valid JSON.").into()),
        }
    }

    /// The fields of a form's body (WHATWG URL, application/x-www-form-urlencoded).
    ///
    /// # Errors
    /// [`Failure::MediaType`], or an [`Error::Invalid`] for a body that isn't UTF-8.
    pub(crate) fn form(&self) -> Result<Fields, Failure> {
        if !self.is_of("application/x-www-form-urlencoded") {
            return Err(Failure::MediaType("application/x-www-form-urlencoded"));
        }
        let pairs = form_urlencoded::parse(self.text()?.as_bytes());
        Ok(Fields(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()))
    }
}

/// The fields of a body. Unknown ones are ignored; null counts as absent.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a row.
    ///
    /// # Errors
    /// A sentence that says it is no object.
    pub(crate) fn of_row(row: Value) -> Result<Self, String> {
        match row {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err("The entry must be a JSON object.".to_owned()),
        }
    }

    /// A text field that may be absent.
    ///
    /// # Errors
    /// A sentence that names the field, if it isn't text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("\"{name}\" must be a string.")),
        }
    }

    /// A text field that must be there.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub(crate) fn required(&self, name: &str) -> Result<&str, String> {
        self.text(name)?.ok_or_else(|| format!("\"{name}\" is required."))
    }

    /// A field of any type that must be there.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub(crate) fn value(&self, name: &str) -> Result<&Value, String> {
        let value = self.0.get(name).filter(|value| !value.is_null());
        value.ok_or_else(|| format!("\"{name}\" is required."))
    }

    /// Takes a list that must be there.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub(crate) fn take_list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Err(format!("\"{name}\" is required.")),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(format!("\"{name}\" must be an array.")),
        }
    }

    /// A field that is true or false, or absent.
    ///
    /// # Errors
    /// A sentence that names the field, if it is something else.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(format!("\"{name}\" must be true or false.")),
        }
    }

    /// A field that is a whole number, or absent.
    ///
    /// # Errors
    /// A sentence that names the field, if it is something else.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| format!("\"{name}\" must be a whole number.")),
        }
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// Takes a field as it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// What was given as text in this field, to be shown again.
    pub(crate) fn shown(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }
}

/// A field that can't be read, told as an [`Error::Invalid`].
pub(crate) fn bad_field(message: String) -> Error {
    Error::invalid("invalid_field", message)
}

/// A field of a row that can't be read: the row's reason.
pub(crate) fn bad_entry(message: String) -> Reason {
    Reason::new("invalid_field", message)
}

/// The sentence for a field that one of the domain's constructors refused.
pub(crate) fn told(name: &str, problem: impl Display) -> String {
    format!("\"{name}\" {problem}.")
}

/// Reads a field by one of the domain's constructors; the sentence names the field.
pub(crate) fn parsed<T, E: Display>(name: &str, value: Result<T, E>) -> Result<T, Error> {
    value.map_err(|problem| bad_field(told(name, problem)))
}
