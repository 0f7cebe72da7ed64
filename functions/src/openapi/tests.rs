use std::{collections::BTreeSet, str::FromStr};

use shared::domain::{GroupId, PersonId, ShortId, TemplateId, UserId, WorkspaceId};

use serde_json::{Value, json};

use super::document::document;
use crate::routes::ROUTES;

fn each_operation() -> impl Iterator<Item = (String, &'static str, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), path.as_str(), operation))
    })
}

/// The given JSON value, and all JSON values inside it.
fn all(value: &'static Value) -> Vec<&'static Value> {
    let inner: Vec<_> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(values) => values.iter().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().flat_map(all).chain([value]).collect()
}

/// The JSON schemas of all parameters and bodies in the OpenAPI document, and the named schemas to which they refer.
fn schemas() -> Vec<&'static Value> {
    let named = document()["components"]["schemas"].as_object().unwrap().values();
    let inline = all(&document()["paths"]).into_iter().filter_map(|value| value.get("schema"));
    named.chain(inline).collect()
}

#[test]
fn every_route_has_an_operation_of_its_own_and_nothing_else_has() {
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let described: BTreeSet<_> = each_operation().map(|(key, ..)| key).collect();
    assert_eq!(described, routes);
    let ids: BTreeSet<_> = each_operation().map(|(.., operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), routes.len());
    assert!(ids.iter().all(|id| id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')), "{ids:?}");
}

#[test]
fn every_operation_has_its_security_its_responses_and_a_summary() {
    let schemes = &document()["components"]["securitySchemes"];
    let tags: BTreeSet<_> = document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(text).collect();
    for (key, _, operation) in each_operation() {
        for scheme in operation["security"].as_array().unwrap_or_else(|| panic!("{key}")) {
            assert!(scheme.as_object().unwrap().keys().all(|name| schemes[name].is_object()), "{key}");
        }
        let replies = operation["responses"].as_object().unwrap();
        assert!(replies.keys().any(|status| status.starts_with('2')), "{key}");
        assert!(replies.contains_key("503"), "{key}");
        let needs_token = operation["security"] != json!([]);
        assert!(!needs_token || replies.contains_key("401"), "{key}");
        assert!(replies.values().all(|reply| !text(&reply["description"]).is_empty()), "{key}");
        assert!(tags.contains(text(&operation["tags"][0])), "{key}");
        assert!(!text(&operation["summary"]).is_empty(), "{key}");
    }
}

#[test]
fn every_parameter_in_a_path_is_declared_and_none_twice() {
    for (key, path, operation) in each_operation() {
        let parameters: Vec<_> = operation["parameters"].as_array().unwrap().iter().collect();
        let names: BTreeSet<_> = parameters.iter().map(|one| (text(&one["in"]), text(&one["name"]))).collect();
        assert_eq!(names.len(), parameters.len(), "{key}");
        let in_path: BTreeSet<_> =
            path.split('{').skip(1).map(|part| ("path", part.split_once('}').unwrap().0)).collect();
        let declared: BTreeSet<_> = names.into_iter().filter(|(location, _)| *location == "path").collect();
        assert_eq!(declared, in_path, "{key}");
        assert!(parameters.iter().all(|one| one["required"] == true || one["in"] != "path"), "{key}");
    }
}

/// A function that parses the text of a path's parameter as the type that the contract's handlers use for the
/// parameter.
fn parser(contract: &str, path: &str, name: &str) -> fn(&str) -> bool {
    fn is<T: FromStr>(text: &str) -> bool {
        text.parse::<T>().is_ok()
    }
    match (contract, name) {
        ("SmartDocumentor", "workspaceId") => is::<u32>,
        ("Dock", "id") if path.contains("users/") => is::<PersonId>,
        ("Dock", "id") => is::<ShortId>,
        ("Usher", "id") if path.contains("mail-templates/") => is::<TemplateId>,
        ("Usher", "id") => is::<PersonId>,
        ("DataGOL", "id") | (_, "userId") => is::<UserId>,
        (_, "groupId") => is::<GroupId>,
        (_, "workspaceId") => is::<WorkspaceId>,
        _ => panic!("{contract} has a {name} that has no parser here"),
    }
}

#[test]
fn the_examples_of_path_parameters_are_ones_that_their_handlers_parse() {
    for (key, path, operation) in each_operation() {
        let parameters = operation["parameters"].as_array().unwrap().iter();
        for parameter in parameters.filter(|parameter| parameter["in"] == "path") {
            let (name, example) = (text(&parameter["name"]), &parameter["schema"]["examples"][0]);
            let parses = parser(text(&operation["tags"][0]), path, name);
            assert!(parses(example.to_string().trim_matches('"')), "{key}: {name}: {example}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let references = all(document()).into_iter().filter_map(|value| value.get("$ref")).map(text);
    let references: Vec<_> = references.collect();
    assert!(references.len() > 100, "{}", references.len());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document().pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_schema_is_valid() {
    for schema in schemas() {
        assert!(jsonschema::draft202012::meta::validate(schema).is_ok(), "{schema}");
    }
}

#[test]
fn every_example_fits_its_schema() {
    for (key, _, operation) in each_operation() {
        for (kind, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let problem = jsonschema::draft202012::new(&media["schema"]).unwrap().validate(&media["example"]);
            assert!(problem.is_ok(), "{key} as {kind}: {} of {}", problem.unwrap_err(), media["example"]);
        }
    }
}

fn text(value: &'static Value) -> &'static str {
    value.as_str().unwrap_or_default()
}
