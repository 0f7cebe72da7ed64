//! The description of every route of every contract (OpenAPI 3.1.1), made from the routes and their handlers' types.
//!
//! A handler's file has a module `describe` with a function of the handler's name; the table of routes doesn't compile
//! without it. It tells what the route takes and answers. What goes without saying is told nowhere: how a contract
//! refuses is asked of the code that renders it.

mod description;
mod operation;
mod refusal;
mod shape;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

pub(crate) use description::{Description, describe, enumerated};
pub(crate) use operation::{Media, Operation, operations};
pub(crate) use refusal::Refusal;
pub(crate) use shape::{
    Field, Shape, address, flag, form, list, new_password, object, optional, required, text, uuid, whole, words,
};

use crate::contracts::Contract;
use operation::Reply;

/// The document of `/openapi.json`. It is made when it is first asked for.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(make);
    &DOCUMENT
}

fn make() -> Value {
    let (operations, schemas) = operations();
    let mut paths: Map<String, Value> = Map::new();
    for operation in &operations {
        let path = paths.entry(operation.route.path).or_insert_with(|| json!({}));
        path[operation.route.method.to_lowercase()] = told(operation);
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
                     contract refuses in its own words. Unknown fields are ignored, and null counts as absent. A path \
                     that is there without the verb is a 405 with `Allow`; an unknown path is a 404.";

fn told(operation: &Operation) -> Value {
    let parameters = operation.parameters.iter().map(|parameter| {
        let mut told = json!({
            "name": parameter.name, "in": parameter.place, "required": parameter.required, "schema": parameter.schema,
        });
        if let Some(about) = told["schema"].as_object_mut().and_then(|schema| schema.remove("description")) {
            told["description"] = about;
        }
        told
    });
    let mut told = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.route.contract.title()],
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": operation.replies.iter().map(|(status, reply)| (status.to_string(), reply_told(reply))).collect::<Map<_, _>>(),
        "security": if operation.open { json!([]) } else { json!([{ "bearer": [] }, { "token": [] }]) },
    });
    if !operation.notes.is_empty() {
        told["description"] = json!(operation.notes);
    }
    if !operation.bodies.is_empty() {
        told["requestBody"] = json!({ "required": true, "content": content(&operation.bodies, true) });
    }
    told
}

fn reply_told(reply: &Reply) -> Value {
    let mut told = json!({ "description": reply.about.join(" ") });
    if !reply.media.is_empty() {
        told["content"] = content(&reply.media, false);
    }
    if !reply.headers.is_empty() {
        let headers = reply.headers.iter().map(|(name, header)| {
            let told = json!({ "description": header.about, "required": header.required, "schema": header.schema });
            ((*name).to_owned(), told)
        });
        told["headers"] = headers.collect::<Map<_, _>>().into();
    }
    told
}

fn content(media: &[Media], with_example: bool) -> Value {
    let content = media.iter().map(|media| {
        let mut told = json!({ "schema": media.schema() });
        if with_example {
            told["example"] = media.example();
        }
        (media.content_type.clone(), told)
    });
    content.collect::<Map<_, _>>().into()
}
