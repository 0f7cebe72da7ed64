//! A route as the OpenAPI document describes the route: what the handler's own file says about the route, and what all
//! routes of the contract have in common.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    routes::{Contract, ROUTES, Route},
    vocabulary::{BodySchema, DeclaredField, DescribedResponse, Description, Refusal, UnknownFields, example_of},
};

/// A route with its description for the OpenAPI document.
#[derive(Debug)]
pub(super) struct DescribedRoute {
    pub(super) route: &'static Route,
    /// The route's `operationId` in the OpenAPI document.
    pub(super) id: String,
    pub(super) summary: &'static str,
    pub(super) notes: &'static str,
    /// Whether the route needs no access token.
    pub(super) open: bool,
    pub(super) parameters: Vec<Parameter>,
    pub(super) bodies: Vec<Media>,
    /// The responses that the route may give, by HTTP status.
    pub(super) replies: BTreeMap<u16, DescribedReply>,
}

/// A parameter in the path, the query or the headers of a request.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// Where the parameter is: in the `path`, the `query` or a `header`.
    pub(super) location: &'static str,
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// A body of a request or a response, with its content type.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) content_type: String,
    /// The possible schemas of the body, of which an actual body matches one. A gateway's refusal and a contract's
    /// refusal may have the same content type and different schemas.
    pub(super) schemas: Vec<Value>,
}

/// All responses that a route may give with one HTTP status.
#[derive(Debug, Default)]
pub(super) struct DescribedReply {
    pub(super) about: Vec<&'static str>,
    pub(super) media: Vec<Media>,
    pub(super) headers: BTreeMap<&'static str, Header>,
}

/// A response's header, as the OpenAPI document describes the header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) about: &'static str,
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// All described routes in the order of the table of routes, and the named schemas to which the schemas of the routes
/// refer.
pub(super) fn described_routes() -> (Vec<DescribedRoute>, Map<String, Value>) {
    let mut generators: BTreeMap<&'static str, SchemaGenerator> = BTreeMap::new();
    let mut described = Vec::with_capacity(ROUTES.len());
    for route in ROUTES {
        let generator = generators.entry(route.contract.title()).or_insert_with(generator);
        described.push(described_route(route, (route.describe)(), generator));
    }
    let mut schemas = Map::new();
    for (contract, mut generator) in generators {
        for (name, mut schema) in generator.take_definitions(true) {
            prefix_references(&mut schema, contract);
            schemas.insert(format!("{contract}{name}"), schema);
        }
    }
    (described, schemas)
}

fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator()
}

/// Puts the contract's name before each schema's name in the references of a schema, because two contracts may have
/// types of the same name.
fn prefix_references(schema: &mut Value, contract: &str) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref") {
                *target = target.replace("#/components/schemas/", &format!("#/components/schemas/{contract}"));
            }
            fields.values_mut().for_each(|value| prefix_references(value, contract));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| prefix_references(value, contract)),
        _ => {}
    }
}

fn described_route(route: &'static Route, description: Description, generator: &mut SchemaGenerator) -> DescribedRoute {
    let mut replies = BTreeMap::new();
    for response in &description.responses {
        add_response(&mut replies, response, route.contract, generator);
    }
    for refusal in refusals(route, &description) {
        add_refusal(&mut replies, refusal, (route.contract, description.html), generator);
    }
    let has_body = !description.bodies.is_empty();
    for status in [413, 429, 500, 503].into_iter().filter(|status| has_body || *status != 413) {
        add_gateway_refusal(replies.entry(status).or_default());
    }
    if route.contract == Contract::Dock && !description.open {
        add_rate_limit_headers(&mut replies);
    }
    if route.method == "HEAD" {
        for reply in replies.values_mut() {
            reply.media.clear();
        }
    }
    DescribedRoute {
        route,
        id: operation_id(route),
        summary: description.summary,
        notes: description.notes,
        open: description.open,
        bodies: bodies(route, &description),
        parameters: parameters(route, description),
        replies,
    }
}

/// The route's `operationId`: the name of the route's sample event, in camel case.
fn operation_id(route: &Route) -> String {
    let mut id = String::new();
    let mut begins = false;
    for letter in route.sample().chars() {
        match letter {
            letter if !letter.is_ascii_alphanumeric() => begins = true,
            letter if begins => {
                id.push(letter.to_ascii_uppercase());
                begins = false;
            }
            letter => id.push(letter),
        }
    }
    id
}

/// All ways in which a route may refuse a request: the refusals that the description in the handler's file names, and
/// the refusals that follow from the route's form. For example, every route that reads a body may refuse an invalid
/// body.
fn refusals(route: &Route, description: &Description) -> Vec<Refusal> {
    let has_body = !description.bodies.is_empty();
    let refuses_unknown = route.unknown_fields() == UnknownFields::Refused;
    let implied = [
        (Refusal::Invalid, has_body || !description.query.is_empty() || refuses_unknown),
        (Refusal::BodyTooLarge, has_body),
        (Refusal::MediaType, has_body),
        (Refusal::Unauthenticated, !description.open),
        (Refusal::Missing, route.path.contains('{')),
        (Refusal::Path, route.path.contains('{')),
        (Refusal::TooMany, route.contract == Contract::Dock && !description.open),
        (Refusal::Unavailable, true),
        (Refusal::Internal, true),
    ];
    let implied = implied.into_iter().filter(|(_, has)| *has).map(|(refusal, _)| refusal);
    let mut all: Vec<_> = implied.filter(|refusal| !description.refusals.contains(refusal)).collect();
    all.extend(&description.refusals);
    all.retain(|refusal| !description.never.contains(refusal));
    all
}

fn bodies(route: &Route, description: &Description) -> Vec<Media> {
    let media = |(content_type, schema): &(&'static str, BodySchema)| {
        let mut schema = schema().into_value();
        if route.unknown_fields() == UnknownFields::Refused {
            close_objects(&mut schema);
        }
        Media { content_type: (*content_type).to_owned(), schemas: vec![schema] }
    };
    description.bodies.iter().map(media).collect()
}

/// Adds the statement that the object has no other fields to the JSON schema of each object with declared fields.
fn close_objects(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(items) = keywords.get_mut("items") {
        close_objects(items);
    }
    // An object without declared fields, such as an invitation's metadata, may have any fields.
    let Some(fields) = keywords.get_mut("properties").and_then(Value::as_object_mut) else { return };
    if fields.is_empty() {
        return;
    }
    fields.values_mut().for_each(close_objects);
    keywords.insert("additionalProperties".to_owned(), json!(false));
}

/// The parameters of a route. A handler that serves several paths declares the parameters of all these paths, so the
/// description of one route leaves out the declared path parameters that aren't in the route's path.
fn parameters(route: &Route, description: Description) -> Vec<Parameter> {
    let at = |location| {
        move |DeclaredField { name, schema, required }| Parameter {
            name,
            location,
            required,
            schema: schema.into_value(),
        }
    };
    let Description { path, query, headers, .. } = description;
    let path = path.into_iter().filter(|parameter| route.path.contains(&format!("{{{}}}", parameter.name)));
    let query = query.into_iter().map(at("query"));
    path.map(at("path")).chain(query).chain(headers.into_iter().map(at("header"))).collect()
}

fn add_response(
    replies: &mut BTreeMap<u16, DescribedReply>,
    response: &DescribedResponse,
    contract: Contract,
    generator: &mut SchemaGenerator,
) {
    let reply = replies.entry(response.status).or_default();
    reply.about.push(response.about);
    if let Some((content_type, schema)) = response.content {
        reply.add(content_type, prefixed(schema(generator).to_value(), contract));
    }
    for (name, about) in &response.headers {
        reply.headers.insert(name, Header { about, required: true, schema: json!({ "type": "string" }) });
    }
}

fn prefixed(mut schema: Value, contract: Contract) -> Value {
    prefix_references(&mut schema, contract.title());
    schema
}

/// Adds a refusal to the route's responses. A refusal in the API description is either rendered in the contract's error
/// format, or an HTML page if the route answers with HTML.
fn add_refusal(
    replies: &mut BTreeMap<u16, DescribedReply>,
    refusal: Refusal,
    (contract, html): (Contract, bool),
    generator: &mut SchemaGenerator,
) {
    let rendered = contract.render(&refusal.failure(), "");
    let reply = replies.entry(rendered.status().as_u16()).or_default();
    reply.about.push(refusal.about());
    if html {
        reply.add("text/html", json!({ "type": "string" }));
    } else {
        let content_type = rendered.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let schema = prefixed(contract.problem(generator).to_value(), contract);
        reply.add(content_type.unwrap_or_default(), schema);
    }
    for (name, about) in described_headers(rendered.headers()) {
        // The OpenAPI document calls a header of a refusal optional, because the API gateway refuses with the same HTTP
        // statuses and without the header.
        reply.headers.entry(name).or_insert_with(|| Header {
            about,
            required: false,
            schema: json!({ "type": "string" }),
        });
    }
}

/// The headers of a refusal that the OpenAPI document describes, with the meaning of each header.
fn described_headers(headers: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let described = [
        (header::RETRY_AFTER, "Retry-After", "The seconds after which the request may be sent again."),
        (header::WWW_AUTHENTICATE, "WWW-Authenticate", "Bearer."),
    ];
    let given = described.into_iter().filter(|(name, ..)| headers.contains_key(name));
    given.map(|(_, name, about)| (name, about)).collect()
}

/// Adds the API gateway's refusals to the route's responses. The gateway itself, in its own format, refuses requests
/// that are too large or too many, and answers a request whose function doesn't answer.
fn add_gateway_refusal(reply: &mut DescribedReply) {
    let body = json!({
        "type": "object",
        "description": "The gateway's own format.",
        "required": ["message"],
        "properties": { "message": { "type": ["string", "null"] } },
    });
    if reply.about.is_empty() {
        reply.about.push("The gateway's refusal.");
    }
    reply.add("application/json", body);
}

/// Adds Dock's rate limit headers. Every response to an authenticated caller of a Dock route has the rate limit
/// headers.
fn add_rate_limit_headers(replies: &mut BTreeMap<u16, DescribedReply>) {
    const HEADERS: [(&str, &str); 3] = [
        ("X-RateLimit-Limit", "The requests that the company has in a minute."),
        ("X-RateLimit-Remaining", "The requests that are left in this minute."),
        ("X-RateLimit-Reset", "The time at which the next minute begins, in seconds since 1970."),
    ];
    for (status, reply) in replies.iter_mut().filter(|(status, _)| **status != 401) {
        for (name, about) in HEADERS {
            let schema = json!({ "type": "integer" });
            reply.headers.insert(name, Header { about, required: *status < 429, schema });
        }
    }
}

impl DescribedReply {
    fn add(&mut self, content_type: &str, schema: Value) {
        match self.media.iter_mut().find(|media| media.content_type == content_type) {
            Some(media) if media.schemas.contains(&schema) => {}
            Some(media) => media.schemas.push(schema),
            None => self.media.push(Media { content_type: content_type.to_owned(), schemas: vec![schema] }),
        }
    }
}

impl Media {
    /// One JSON schema that accepts all bodies of the content type.
    pub(super) fn schema(&self) -> Value {
        match self.schemas.as_slice() {
            [one] => one.clone(),
            several => json!({ "anyOf": several }),
        }
    }

    /// An example of a body that the first schema accepts.
    pub(super) fn example(&self) -> Value {
        self.schemas.first().map_or(Value::Null, example_of)
    }
}
