//! Measures how many store calls it takes to find out whether a user administers a group.

use serde_json::json;

use crate::{
    figure::{Figure, Limit},
    programs::Programs,
    stack::LocalStack,
};

/// How many groups are children of the top group, and how many groups are nested below the first of these children.
const WIDE: usize = 1_000;
const DEEP: usize = 50;

/// Counts the store calls that check whether a user may act in a nested group, if the user administers a group far
/// above that group.
pub(crate) async fn authority(programs: &Programs) -> Vec<Figure> {
    let stack = LocalStack::start(programs);
    let usher = &stack.endpoint;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Groups").await;
    let top = usher.top_group(&ada.token).await;
    let bob = usher.member(&ada.token, &workspace, "bob", "VIEWER").await;
    let first = usher.group(&ada.token, &top, "0").await;
    let id = usher.hexabase_id(&ada.token, &workspace, &bob.email).await;
    let path = format!("/api/v0/groups/{first}/admins/{id}");
    usher.send("PUT", &path, Some(&ada.token), None).await.expect(200);
    for wide in 1..WIDE {
        usher.group(&ada.token, &top, &wide.to_string()).await;
    }
    let mut deepest = first;
    for deep in 0..DEEP {
        deepest = usher.group(&ada.token, &deepest, &deep.to_string()).await;
    }
    usher.forget_calls().await;
    let path = format!("/api/v0/groups/{deepest}");
    usher.post(&path, &bob.token, json!({ "name": "deeper" })).await.expect(200);
    let calls = usher.calls().await["create-group"].clone();
    let count = |action: &str| calls[format!("dynamodb:{action}")].as_u64().unwrap_or_default();
    vec![Figure {
        name: format!("authority in a tree {WIDE} groups wide and {DEEP} deep: store calls"),
        measured: (count("GetItem") + count("BatchGetItem")) as f64,
        limit: Limit::AtMost(2.0),
        absolute: calls.to_string(),
    }]
}
