//! The page of `/docs`: what `/openapi.json` says, for people.

use std::sync::LazyLock;

use askama::Template;
use serde_json::{Map, Value};

use super::policy;
use crate::{
    contracts::Contract,
    openapi::{Media, Operation, operations},
};

/// The page's style, which stands in its head.
const STYLE: &str = include_str!("../../templates/pages/reference.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, "'none'"));

/// The headers of the page. Nothing in it is secret: it may be cached and found.
pub(crate) fn reference_headers() -> [(&'static str, &'static str); 4] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", &CONTENT_SECURITY_POLICY),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ]
}

/// How deep a body is unfolded: groups may hold groups without end.
const DEEPEST: usize = 6;

/// The reference.
#[derive(Debug, Template)]
#[template(path = "pages/reference.html")]
pub(crate) struct ReferencePage {
    contracts: Vec<Section>,
}

/// A contract.
#[derive(Debug)]
struct Section {
    contract: Contract,
    entries: Vec<Entry>,
}

/// A route.
#[derive(Debug)]
struct Entry {
    operation: Operation,
    parameters: Vec<Row>,
    bodies: Vec<Body>,
    answers: Vec<Answer>,
    curl: String,
}

#[derive(Debug)]
struct Body {
    content_type: String,
    about: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    about: String,
    headers: String,
    bodies: Vec<Body>,
}

/// A parameter or a field.
#[derive(Debug)]
struct Row {
    name: String,
    kind: String,
    required: bool,
    about: String,
}

impl ReferencePage {
    /// The page of the routes there are.
    pub(crate) fn new() -> Self {
        let (operations, schemas) = operations();
        let mut contracts: Vec<_> =
            Contract::ALL.into_iter().map(|contract| Section { contract, entries: Vec::new() }).collect();
        for operation in operations {
            if let Some(section) = contracts.iter_mut().find(|section| section.contract == operation.route.contract) {
                section.entries.push(Entry::new(operation, &schemas));
            }
        }
        Self { contracts }
    }

    /// The page as HTML. It is to be sent with [`reference_headers`].
    pub(crate) fn html(&self) -> String {
        self.to_string()
    }
}

impl Entry {
    fn new(operation: Operation, schemas: &Map<String, Value>) -> Self {
        let parameters = operation.parameters.iter().map(|parameter| Row {
            name: format!("{} ({})", parameter.name, parameter.place),
            kind: kind(&parameter.schema),
            required: parameter.required,
            about: about(&parameter.schema),
        });
        let parameters = parameters.collect();
        let bodies = bodies(&operation.bodies, schemas);
        let answers = operation.replies.iter().map(|(status, reply)| Answer {
            status: *status,
            about: reply.about.join(" "),
            headers: reply.headers.keys().copied().collect::<Vec<_>>().join(", "),
            bodies: if *status < 300 { bodies_of_success(&reply.media, schemas) } else { Vec::new() },
        });
        let answers = answers.collect();
        Self { parameters, bodies, answers, curl: curl(&operation), operation }
    }

    fn needs(&self) -> &'static str {
        if self.operation.open { "No token needed." } else { "Needs a token." }
    }
}

fn bodies(media: &[Media], schemas: &Map<String, Value>) -> Vec<Body> {
    let body = |media: &Media| {
        let (schema, mut rows) = (media.schema(), Vec::new());
        unfold(&schema, schemas, "", DEEPEST, &mut rows);
        Body { content_type: media.content_type.clone(), about: about(&schema), rows }
    };
    media.iter().map(body).collect()
}

/// What has no fields, such as a page, isn't told.
fn bodies_of_success(media: &[Media], schemas: &Map<String, Value>) -> Vec<Body> {
    bodies(media, schemas).into_iter().filter(|body| !body.rows.is_empty()).collect()
}

/// The fields of a schema, those of inner objects after the name of the outer.
fn unfold(schema: &Value, schemas: &Map<String, Value>, prefix: &str, deep: usize, rows: &mut Vec<Row>) {
    if deep == 0 {
        return;
    }
    let target = schema["$ref"].as_str().and_then(|target| schemas.get(target.rsplit('/').next()?));
    if let Some(target) = target {
        return unfold(target, schemas, prefix, deep, rows);
    }
    for part in ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten() {
        unfold(part, schemas, prefix, deep, rows);
    }
    if schema["items"].is_object() {
        unfold(&schema["items"], schemas, &format!("{prefix}[]"), deep, rows);
    }
    let required = schema["required"].as_array();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if prefix.is_empty() { "" } else { "." };
        let path = format!("{prefix}{dot}{name}");
        if rows.iter().any(|row| row.name == path) {
            continue;
        }
        let required = required.is_some_and(|required| required.iter().any(|one| one == name));
        rows.push(Row { name: path.clone(), kind: kind(field), required, about: about(field) });
        unfold(field, schemas, &path, deep - 1, rows);
    }
}

/// The type in words.
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

/// The request as a command for a shell that knows USHER and TOKEN.
fn curl(operation: &Operation) -> String {
    let mut path = operation.route.path.to_owned();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.place == "path") {
        let example = match &parameter.schema["examples"][0] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        path = path.replace(&format!("{{{}}}", parameter.name), &example);
    }
    let method = match operation.route.method {
        "GET" => String::new(),
        "HEAD" => " --head".to_owned(),
        method => format!(" -X {method}"),
    };
    let mut command = format!("curl{method} \"$USHER{path}\"");
    if !operation.open {
        command.push_str(" \\\n  -H \"Authorization: Bearer $TOKEN\"");
    }
    let Some(media) = operation.bodies.first() else { return command };
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
