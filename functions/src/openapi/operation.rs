//! A route as it is described: what its own file tells, with what every route of its contract has in common.

use std::collections::BTreeMap;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    description::{Answer, Description},
    refusal::{Refusal, told},
    shape::{self, Field},
};
use crate::{
    contracts::Contract,
    routes::{DESCRIPTIONS, ROUTES, Route},
};

/// A route, described.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) route: &'static Route,
    pub(crate) id: String,
    pub(crate) summary: &'static str,
    pub(crate) notes: &'static str,
    pub(crate) open: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) bodies: Vec<Media>,
    pub(crate) replies: BTreeMap<u16, Reply>,
}

/// A parameter of the path, the query or the headers.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

/// A body of a content type.
#[derive(Debug)]
pub(crate) struct Media {
    pub(crate) content_type: String,
    /// All of them fit: a gateway's own words may come in the same type.
    pub(crate) schemas: Vec<Value>,
}

/// What is answered with a status.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) about: Vec<&'static str>,
    pub(crate) media: Vec<Media>,
    pub(crate) headers: BTreeMap<&'static str, Header>,
}

/// A header of an answer.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

/// All operations in the order of the routes, and the schemas that theirs refer to, by name.
pub(crate) fn operations() -> (Vec<Operation>, Map<String, Value>) {
    let mut generators: BTreeMap<&'static str, SchemaGenerator> = BTreeMap::new();
    let mut operations = Vec::with_capacity(ROUTES.len());
    for (route, description) in ROUTES.iter().zip(DESCRIPTIONS) {
        let generator = generators.entry(route.contract.title()).or_insert_with(generator);
        operations.push(operation(route, description(), generator));
    }
    let mut schemas = Map::new();
    for (contract, mut generator) in generators {
        for (name, mut schema) in generator.take_definitions(true) {
            own_names(&mut schema, contract);
            schemas.insert(format!("{contract}{name}"), schema);
        }
    }
    (operations, schemas)
}

fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator()
}

/// Two contracts may have types of the same name: in the document each name begins with its contract's.
fn own_names(schema: &mut Value, contract: &str) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref") {
                *target = target.replace("#/components/schemas/", &format!("#/components/schemas/{contract}"));
            }
            fields.values_mut().for_each(|value| own_names(value, contract));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| own_names(value, contract)),
        _ => {}
    }
}

fn operation(route: &'static Route, description: Description, generator: &mut SchemaGenerator) -> Operation {
    let refusals = refusals(route, &description);
    let mut replies = BTreeMap::new();
    for answer in &description.answers {
        accept(&mut replies, answer, route.contract, generator);
    }
    for refusal in refusals {
        refuse(&mut replies, refusal, route.contract, description.pages, generator);
    }
    let taking = !description.bodies.is_empty();
    for status in [413, 429, 500, 503].into_iter().filter(|status| taking || *status != 413) {
        by_gateway(replies.entry(status).or_default());
    }
    if route.contract == Contract::Dock && !description.open {
        meter(&mut replies);
    }
    if route.method == "HEAD" {
        for reply in replies.values_mut() {
            reply.media.clear();
        }
    }
    Operation {
        route,
        id: id(route),
        summary: description.summary,
        notes: description.notes,
        open: description.open,
        parameters: parameters(route, &description.path, description.query, description.headers),
        bodies: description
            .bodies
            .into_iter()
            .map(|(content_type, shape)| Media { content_type: content_type.to_owned(), schemas: vec![shape.schema()] })
            .collect(),
        replies,
    }
}

/// The name of the route's sample event, in camel case.
fn id(route: &Route) -> String {
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

/// What is told of the route, and what goes without saying.
fn refusals(route: &Route, description: &Description) -> Vec<Refusal> {
    let taking = !description.bodies.is_empty();
    let reading = taking || !description.query.is_empty();
    let unsaid = [
        (Refusal::Invalid, reading),
        (Refusal::BodyTooLarge, taking),
        (Refusal::MediaType, taking),
        (Refusal::Unauthenticated, !description.open),
        (Refusal::Missing, route.path.contains('{')),
        (Refusal::Path, route.path.contains('{')),
        (Refusal::TooMany, route.contract == Contract::Dock && !description.open),
        (Refusal::Unavailable, true),
        (Refusal::Internal, true),
    ];
    let unsaid = unsaid.into_iter().filter(|(_, may)| *may).map(|(refusal, _)| refusal);
    let mut all: Vec<_> = unsaid.filter(|refusal| !description.refusals.contains(refusal)).collect();
    all.extend(&description.refusals);
    all.retain(|refusal| !description.never.contains(refusal));
    all
}

fn parameters(route: &Route, path: &[Field], query: Vec<Field>, headers: Vec<Field>) -> Vec<Parameter> {
    let in_path = route.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let in_path = in_path.map(|name| Parameter {
        name,
        place: "path",
        required: true,
        schema: path
            .iter()
            .find(|field| field.name == name)
            .map_or_else(|| id_in_path(route.contract, name), |field| field.shape.clone())
            .schema(),
    });
    let of = |place| move |Field { name, shape, required }| Parameter { name, place, required, schema: shape.schema() };
    in_path.chain(query.into_iter().map(of("query"))).chain(headers.into_iter().map(of("header"))).collect()
}

/// The form that a contract's ids have. Any other is a 404 like an unknown one.
fn id_in_path(contract: Contract, name: &str) -> shape::Shape {
    match (contract, name) {
        (Contract::Dock, _) | (Contract::Usher, "id") => {
            shape::text("").pattern("^[0-9A-Za-z]{12}$").example("luI89ZCeEJuF")
        }
        (Contract::SmartDocumentor, _) => shape::whole("", 0..=i64::from(i32::MAX)).example(4711),
        _ => shape::uuid(""),
    }
}

fn accept(replies: &mut BTreeMap<u16, Reply>, answer: &Answer, contract: Contract, generator: &mut SchemaGenerator) {
    let reply = replies.entry(answer.status).or_default();
    reply.about.push(answer.about);
    if let Some((content_type, schema)) = answer.content {
        reply.add(content_type, owned(schema(generator).to_value(), contract));
    }
    for (name, about) in &answer.headers {
        reply.headers.insert(name, Header { about, required: true, schema: json!({ "type": "string" }) });
    }
}

fn owned(mut schema: Value, contract: Contract) -> Value {
    own_names(&mut schema, contract.title());
    schema
}

fn refuse(
    replies: &mut BTreeMap<u16, Reply>,
    refusal: Refusal,
    contract: Contract,
    pages: bool,
    generator: &mut SchemaGenerator,
) {
    let rendered = refusal.rendered(contract);
    let reply = replies.entry(rendered.status().as_u16()).or_default();
    reply.about.push(refusal.about());
    if pages {
        reply.add("text/html", json!({ "type": "string" }));
    } else {
        let content_type = rendered.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let schema = owned(contract.problem(generator).to_value(), contract);
        reply.add(content_type.unwrap_or_default(), schema);
    }
    for (name, about) in told(rendered.headers()) {
        // The gateway refuses with the same statuses, and without the header.
        reply.headers.entry(name).or_insert_with(|| Header {
            about,
            required: false,
            schema: json!({ "type": "string" }),
        });
    }
}

/// The gateway refuses what is too large or too much, and answers where a function doesn't, in words of its own.
fn by_gateway(reply: &mut Reply) {
    let words = json!({
        "type": "object",
        "description": "The gateway's own words.",
        "required": ["message"],
        "properties": { "message": { "type": ["string", "null"] } },
    });
    if reply.about.is_empty() {
        reply.about.push("The gateway's refusal.");
    }
    reply.add("application/json", words);
}

/// Dock's headers, on whatever is answered to somebody who verified who they are.
fn meter(replies: &mut BTreeMap<u16, Reply>) {
    const HEADERS: [(&str, &str); 3] = [
        ("X-RateLimit-Limit", "The requests that the company has in a minute."),
        ("X-RateLimit-Remaining", "Those that are left of them."),
        ("X-RateLimit-Reset", "When there are as many again, in seconds since 1970."),
    ];
    for (status, reply) in replies.iter_mut().filter(|(status, _)| **status != 401) {
        for (name, about) in HEADERS {
            let schema = json!({ "type": "integer" });
            reply.headers.insert(name, Header { about, required: *status < 429, schema });
        }
    }
}

impl Reply {
    fn add(&mut self, content_type: &str, schema: Value) {
        match self.media.iter_mut().find(|media| media.content_type == content_type) {
            Some(media) if media.schemas.contains(&schema) => {}
            Some(media) => media.schemas.push(schema),
            None => self.media.push(Media { content_type: content_type.to_owned(), schemas: vec![schema] }),
        }
    }
}

impl Media {
    /// The one schema of all.
    pub(crate) fn schema(&self) -> Value {
        match self.schemas.as_slice() {
            [one] => one.clone(),
            several => json!({ "anyOf": several }),
        }
    }

    /// A body of this type that its schema takes.
    pub(crate) fn example(&self) -> Value {
        self.schemas.first().map_or(Value::Null, shape::example)
    }
}
