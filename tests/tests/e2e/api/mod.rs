//! Tests of our own API: the routes under /api/v1.

mod company;
mod invitations;
mod unknown_names;
mod workspaces;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The values of one field of all items of a list, in the order of the list.
fn column(items: &[Value], name: &str) -> Vec<String> {
    items.iter().map(|item| item[name].as_str().unwrap_or_default().to_owned()).collect()
}

/// The id of the user to whom the access token was issued (RFC 7519 section 4.1.2).
fn user_of(token: &str) -> String {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["sub"].as_str().unwrap().to_owned()
}
