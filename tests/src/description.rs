//! The service's own description, which every answer is held against.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jsonschema::{Registry, Validator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::Answer;

/// By which schemas find the document that they are in.
const ADDRESS: &str = "usher:/openapi.json";

/// What `/openapi.json` told.
pub(crate) struct Description {
    document: Value,
    registry: Registry<'static>,
    /// By their place in the document; made when they are first needed.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// The description in this document.
    pub(crate) fn new(document: Value) -> Self {
        let registry = Registry::new().add(ADDRESS, document.clone()).expect("a document");
        let registry = registry.prepare().expect("every reference leads somewhere");
        Self { document, registry, validators: Mutex::default() }
    }

    /// Holds an answer against it: the status, the headers that are promised, the content type and the JSON must be as
    /// they are documented. What no route answers isn't documented.
    ///
    /// # Panics
    /// If they aren't.
    pub(crate) fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let Some((route, place)) = self.operation(method, path) else { return };
        let status = answer.status.as_u16();
        let reply = &self.document["paths"][route][place]["responses"][status.to_string()];
        let route = format!("{method} {route}");
        assert!(reply.is_object(), "{route}: {status} isn't documented: {}", answer.text);
        for (name, header) in reply["headers"].as_object().into_iter().flatten() {
            let there = answer.headers.contains_key(name) || header["required"] != true;
            assert!(there, "{route}: {status} without the documented {name}");
        }
        let contents = reply["content"].as_object();
        if answer.text.is_empty() && contents.is_none() {
            return;
        }
        let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
        let content = contents.and_then(|contents| contents.get(&kind));
        assert!(content.is_some(), "{route}: {status} as {kind:?} isn't documented: {}", answer.text);
        if kind.ends_with("json") {
            self.check_json(&[place, "responses", &status.to_string(), "content", &kind], &route, answer);
        }
    }

    fn check_json(&self, place: &[&str], route: &str, answer: &Answer) {
        let path = route.split_once(' ').map_or(route, |(_, path)| path);
        let pointer: Vec<_> = ["paths", path].iter().chain(place).map(|part| escaped(part)).collect();
        let validator = self.validator(format!("{ADDRESS}#/{}/schema", pointer.join("/")));
        let body: Value = match serde_json::from_str(&answer.text) {
            Ok(body) => body,
            // Groups may be in one another more often than is read here.
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

    /// The path and the verb that a request is for, as the document names them.
    fn operation(&self, method: &Method, path: &str) -> Option<(&str, &'static str)> {
        let place = VERBS.into_iter().find(|verb| verb.eq_ignore_ascii_case(method.as_str()))?;
        let routes = self.document["paths"].as_object()?;
        // Where a word fits and a parameter does too, the word is meant.
        let fitting = routes.keys().filter(|route| fits(route, path)).min_by_key(|route| route.matches('{').count())?;
        routes[fitting].get(place).map(|_| (fitting.as_str(), place))
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
