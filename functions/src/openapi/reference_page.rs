//! The reference page at `/docs`, which shows the content of `/openapi.json` to people.

use std::sync::LazyLock;

use askama::Template;
use serde_json::{Map, Value};

use super::described_route::{DescribedRoute, Media, described_routes};
use crate::{pages::content_security_policy, routes::Contract};

/// The CSS style of the reference page. The style sheet is inside the page's head.
const STYLE: &str = include_str!("../../templates/pages/reference.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| content_security_policy(STYLE, "'none'"));

/// The headers of the reference page. Nothing on the reference page is secret, so caches and search engines may keep
/// the page.
pub(super) fn reference_headers() -> [(&'static str, &'static str); 4] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", &CONTENT_SECURITY_POLICY),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ]
}

/// How many levels of nested objects in a body the reference page shows. The number of shown levels is limited, because
/// the schema of a group contains the schema of a group without end.
const MAX_DEPTH: usize = 6;

/// The content of the reference page.
#[derive(Debug, Template)]
#[template(path = "pages/reference.html")]
pub(super) struct ReferencePage {
    contracts: Vec<ContractSection>,
}

/// A contract and its routes on the reference page.
#[derive(Debug)]
struct ContractSection {
    contract: Contract,
    entries: Vec<RouteSection>,
}

/// A route on the reference page.
#[derive(Debug)]
struct RouteSection {
    described: DescribedRoute,
    parameters: Vec<FieldRow>,
    bodies: Vec<BodySection>,
    replies: Vec<ReplySection>,
    curl: String,
}

/// A body of a request or a response on the reference page.
#[derive(Debug)]
struct BodySection {
    content_type: String,
    about: String,
    rows: Vec<FieldRow>,
}

/// The responses of a route with one HTTP status.
#[derive(Debug)]
struct ReplySection {
    status: u16,
    about: String,
    headers: String,
    bodies: Vec<BodySection>,
}

/// A parameter of a request, or a field of a body, on the reference page.
#[derive(Debug)]
struct FieldRow {
    name: String,
    kind: String,
    required: bool,
    about: String,
}

impl ReferencePage {
    /// The reference page of all routes.
    pub(super) fn new() -> Self {
        let (routes, schemas) = described_routes();
        let mut contracts: Vec<_> =
            Contract::ALL.into_iter().map(|contract| ContractSection { contract, entries: Vec::new() }).collect();
        for described in routes {
            if let Some(section) = contracts.iter_mut().find(|section| section.contract == described.route.contract) {
                section.entries.push(RouteSection::new(described, &schemas));
            }
        }
        Self { contracts }
    }

    /// The reference page as HTML. The headers of the reference page are the [`reference_headers`].
    pub(super) fn html(&self) -> String {
        self.to_string()
    }
}

impl RouteSection {
    fn new(described: DescribedRoute, schemas: &Map<String, Value>) -> Self {
        let parameters = described.parameters.iter().map(|parameter| FieldRow {
            name: format!("{} ({})", parameter.name, parameter.location),
            kind: kind(&parameter.schema),
            required: parameter.required,
            about: about(&parameter.schema),
        });
        let parameters = parameters.collect();
        let bodies = bodies(&described.bodies, schemas);
        let replies = described.replies.iter().map(|(status, reply)| ReplySection {
            status: *status,
            about: reply.about.join(" "),
            headers: reply.headers.keys().copied().collect::<Vec<_>>().join(", "),
            bodies: if *status < 300 { bodies_with_fields(&reply.media, schemas) } else { Vec::new() },
        });
        let replies = replies.collect();
        Self { parameters, bodies, replies, curl: curl(&described), described }
    }

    fn token_note(&self) -> &'static str {
        if self.described.open { "No token needed." } else { "Needs a token." }
    }
}

fn bodies(media: &[Media], schemas: &Map<String, Value>) -> Vec<BodySection> {
    let body = |media: &Media| {
        let (schema, mut rows) = (media.schema(), Vec::new());
        add_rows(&schema, schemas, ("", MAX_DEPTH), &mut rows);
        BodySection { content_type: media.content_type.clone(), about: about(&schema), rows }
    };
    media.iter().map(body).collect()
}

/// The bodies whose fields the reference page shows. The body of an HTML page, for example, has no fields.
fn bodies_with_fields(media: &[Media], schemas: &Map<String, Value>) -> Vec<BodySection> {
    bodies(media, schemas).into_iter().filter(|body| !body.rows.is_empty()).collect()
}

/// Adds the fields of a JSON schema to the list of fields. The name of an inner object's field follows the name of the
/// outer field.
fn add_rows(schema: &Value, schemas: &Map<String, Value>, (prefix, depth): (&str, usize), rows: &mut Vec<FieldRow>) {
    if depth == 0 {
        return;
    }
    let target = schema["$ref"].as_str().and_then(|target| schemas.get(target.rsplit('/').next()?));
    if let Some(target) = target {
        return add_rows(target, schemas, (prefix, depth), rows);
    }
    for part in ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|keyword| schema[keyword].as_array()).flatten() {
        add_rows(part, schemas, (prefix, depth), rows);
    }
    if schema["items"].is_object() {
        add_rows(&schema["items"], schemas, (&format!("{prefix}[]"), depth), rows);
    }
    let required = schema["required"].as_array();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if prefix.is_empty() { "" } else { "." };
        let path = format!("{prefix}{dot}{name}");
        if rows.iter().any(|row| row.name == path) {
            continue;
        }
        let required = required.is_some_and(|required| required.iter().any(|one| one == name));
        rows.push(FieldRow { name: path.clone(), kind: kind(field), required, about: about(field) });
        add_rows(field, schemas, (&path, depth - 1), rows);
    }
}

/// The JSON type of a value in words, with the limits of the value, such as its largest length.
fn kind(schema: &Value) -> String {
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect(),
        _ if schema["$ref"].is_string() => vec!["object"],
        _ => Vec::new(),
    };
    let mut words = vec![types.join(" or ")];
    if let Some(format) = schema["format"].as_str().filter(|format| !format.contains("int")) {
        words.push(format!("({format})"));
    }
    let choices = schema["enum"].as_array().or(schema["items"]["enum"].as_array());
    if let Some(choices) = choices {
        let choices: Vec<_> = choices.iter().filter_map(Value::as_str).collect();
        words.push(format!(": {}", choices.join(", ")));
    }
    for (least, most, of) in
        [("minLength", "maxLength", "characters"), ("minimum", "maximum", ""), ("minItems", "maxItems", "entries")]
    {
        if let (Some(least), Some(most)) = (schema[least].as_i64(), schema[most].as_i64()) {
            words.push(format!("{least} to {most} {of}"));
        }
    }
    words.join(" ").replace(" :", ":").trim().to_owned()
}

fn about(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().to_owned()
}

/// A sample request to the route, as a shell command. The shell must have set the variables USHER (the base URL) and
/// TOKEN (an access token).
fn curl(described: &DescribedRoute) -> String {
    let mut path = described.route.path.to_owned();
    for parameter in described.parameters.iter().filter(|parameter| parameter.location == "path") {
        let example = match &parameter.schema["examples"][0] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        path = path.replace(&format!("{{{}}}", parameter.name), &example);
    }
    let method = match described.route.method {
        "GET" => String::new(),
        "HEAD" => " --head".to_owned(),
        method => format!(" -X {method}"),
    };
    let mut command = format!("curl{method} \"$USHER{path}\"");
    if !described.open {
        command.push_str(" \\\n  -H \"Authorization: Bearer $TOKEN\"");
    }
    let Some(media) = described.bodies.first() else { return command };
    let example = media.example();
    if media.content_type == "application/json" {
        let body = serde_json::to_string_pretty(&example).unwrap_or_default().replace('\'', "'\\''");
        return format!("{command} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'");
    }
    for (name, value) in example.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        command += &[" \\\n  --data-urlencode '", name, "=", value, "'"].concat();
    }
    command
}
