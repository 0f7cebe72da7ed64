//! The API description that the service gives of itself. The tests compare every answer of the service with the API
//! description.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jsonschema::{Registry, Validator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;

/// The address from which the references between the OpenAPI document's schemas start.
const ADDRESS: &str = "usher:/openapi.json";

/// The document of `/openapi.json`.
pub(crate) struct Description {
    document: Value,
    registry: Registry<'static>,
    /// The validators of the JSON schemas in the OpenAPI document, by the schemas' addresses. Each validator is made
    /// when a test first needs the validator.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// The API description that the given OpenAPI document contains.
    pub(crate) fn new(document: Value) -> Self {
        let registry = Registry::new().add(ADDRESS, document.clone()).expect("a document");
        let registry = registry.prepare().expect("every reference leads somewhere");
        Self { document, registry, validators: Mutex::default() }
    }

    /// Compares an answer with the API description. The answer's status, promised headers, content type and JSON must
    /// be as the API description documents them. The API description says nothing of a path without a route.
    ///
    /// # Panics
    /// The method panics if the answer differs from the API description.
    pub(crate) fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let Some((route, verb)) = self.operation(method, path) else { return };
        let status = answer.status.as_u16();
        let reply = &self.document["paths"][route][verb]["responses"][status.to_string()];
        let route = format!("{method} {route}");
        assert!(reply.is_object(), "{route}: {status} isn't documented: {}", answer.text);
        for (name, header) in reply["headers"].as_object().into_iter().flatten() {
            let is_complete = answer.headers.contains_key(name) || header["required"] != true;
            assert!(is_complete, "{route}: {status} without the documented {name}");
        }
        let contents = reply["content"].as_object();
        if answer.text.is_empty() && contents.is_none() {
            return;
        }
        let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
        let content = contents.and_then(|contents| contents.get(&kind));
        assert!(content.is_some(), "{route}: {status} as {kind:?} isn't documented: {}", answer.text);
        if kind.ends_with("json") {
            self.check_json(&[verb, "responses", &status.to_string(), "content", &kind], &route, answer);
        }
    }

    fn check_json(&self, keys: &[&str], route: &str, answer: &Answer) {
        let path = route.split_once(' ').map_or(route, |(_, path)| path);
        let pointer: Vec<_> = ["paths", path].iter().chain(keys).map(|part| escaped(part)).collect();
        let validator = self.validator(format!("{ADDRESS}#/{}/schema", pointer.join("/")));
        let body: Value = match serde_json::from_str(&answer.text) {
            Ok(body) => body,
            // An answer may contain groups that are nested more deeply than the JSON parser allows by default.
            Err(problem) if problem.to_string().starts_with("recursion limit") => return,
            Err(problem) => panic!("{route}: {problem}: {}", answer.text),
        };
        let problems: Vec<_> =
            validator.iter_errors(&body).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(problems.is_empty(), "{route}: {} isn't as documented: {problems:#?}\n{}", answer.status, answer.text);
    }

    fn validator(&self, schema: String) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no test panics in here");
        let made = validators.entry(schema).or_insert_with_key(|schema| {
            let options = jsonschema::options().with_registry(&self.registry).should_validate_formats(true);
            Arc::new(options.build(&json!({ "$ref": schema })).expect("a schema"))
        });
        Arc::clone(made)
    }

    /// The path and the HTTP method of a request, as the OpenAPI document names them.
    fn operation(&self, method: &Method, path: &str) -> Option<(&str, &'static str)> {
        let verb = VERBS.into_iter().find(|one| one.eq_ignore_ascii_case(method.as_str()))?;
        let routes = self.document["paths"].as_object()?;
        // If two paths of the OpenAPI document match a request, the path with a literal word is chosen before the path
        // with a parameter in the word's place.
        let fitting = routes.keys().filter(|route| fits(route, path)).min_by_key(|route| route.matches('{').count())?;
        routes[fitting].get(verb).map(|_| (fitting.as_str(), verb))
    }
}

const VERBS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    let same = |(route, path): (&&str, &&str)| route == path || (route.starts_with('{') && !path.is_empty());
    route.len() == path.len() && route.iter().zip(&path).all(same)
}

/// A part of a JSON pointer (RFC 6901) in a fragment (RFC 3986 section 3.5).
fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D")
}
