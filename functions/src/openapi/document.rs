//! The OpenAPI document, which describes all routes for programs.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::described_route::{DescribedReply, DescribedRoute, Media, described_routes};
use crate::routes::Contract;

/// The OpenAPI document that `/openapi.json` serves. The first request for the API description makes the document.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(make);
    &DOCUMENT
}

fn make() -> Value {
    let (routes, schemas) = described_routes();
    let mut paths: Map<String, Value> = Map::new();
    for described in &routes {
        let path = paths.entry(described.route.path).or_insert_with(|| json!({}));
        path[described.route.method.to_lowercase()] = operation_object(described);
    }
    let tags: Vec<_> = Contract::ALL
        .iter()
        .map(|contract| json!({ "name": contract.title(), "description": contract.about() }))
        .collect();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Usher",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Brings many people into a workspace with one request.",
            "description": ABOUT,
            "license": { "name": "MIT or Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The service that this was read from." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "An access token, or a service account's." },
                "token": { "type": "apiKey", "in": "header", "name": "x-auth-token", "description": "The same token." },
            },
        },
    })
}

const ABOUT: &str = "Four vendors' contracts and one of our own over the same workspaces, people and invitations. Every \
                     contract refuses in its own words. Unknown fields are ignored, except under /api/v1, where unknown \
                     fields and query parameters are refused. Null counts as absent. A path that is there without the \
                     verb is a 405 with `Allow`; an unknown path is a 404.";

fn operation_object(described: &DescribedRoute) -> Value {
    let parameters = described.parameters.iter().map(|parameter| {
        let mut object = json!({
            "name": parameter.name, "in": parameter.location, "required": parameter.required, "schema": parameter.schema,
        });
        if let Some(about) = object["schema"].as_object_mut().and_then(|schema| schema.remove("description")) {
            object["description"] = about;
        }
        object
    });
    let replies = described.replies.iter().map(|(status, reply)| (status.to_string(), response_object(reply)));
    let mut object = json!({
        "operationId": described.id,
        "summary": described.summary,
        "tags": [described.route.contract.title()],
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": replies.collect::<Map<_, _>>(),
        "security": if described.open { json!([]) } else { json!([{ "bearer": [] }, { "token": [] }]) },
    });
    if !described.notes.is_empty() {
        object["description"] = json!(described.notes);
    }
    if !described.bodies.is_empty() {
        object["requestBody"] = json!({ "required": true, "content": content(&described.bodies, true) });
    }
    object
}

fn response_object(reply: &DescribedReply) -> Value {
    let mut object = json!({ "description": reply.about.join(" ") });
    if !reply.media.is_empty() {
        object["content"] = content(&reply.media, false);
    }
    if !reply.headers.is_empty() {
        let headers = reply.headers.iter().map(|(name, header)| {
            let object = json!({ "description": header.about, "required": header.required, "schema": header.schema });
            ((*name).to_owned(), object)
        });
        object["headers"] = headers.collect::<Map<_, _>>().into();
    }
    object
}

fn content(media: &[Media], with_example: bool) -> Value {
    let content = media.iter().map(|media| {
        let mut object = json!({ "schema": media.schema() });
        if with_example {
            object["example"] = media.example();
        }
        (media.content_type.clone(), object)
    });
    content.collect::<Map<_, _>>().into()
}
