//! Pages of our own lists: `limit` and `cursor` in, `items` and `nextCursor` out.

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    Error,
    operations::{PageRequest, Paged},
};

use crate::{
    contracts::ok,
    incoming::{Incoming, bad_field},
    openapi::{self, Description, Refusal, describe, optional, whole},
};

/// Items on a page unless the request says how many, and the most.
const LIMIT: usize = 50;
const MAX: usize = 100;

/// Longer than any address.
const LONGEST_TEXT: usize = 254;

/// A page; the cursor is null on the last.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page")]
struct Shown<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// Reads `limit`, from 1 to 100, and `cursor`.
pub(super) fn wish(incoming: &Incoming) -> Result<PageRequest, Error> {
    let limit = match incoming.query("limit") {
        None => Some(LIMIT),
        Some(given) => given.parse().ok().filter(|limit| (1..=MAX).contains(limit)),
    };
    let limit = limit.ok_or_else(|| bad_field(format!("\"limit\" must be a number from 1 to {MAX}.")))?;
    Ok(PageRequest { limit, cursor: incoming.query("cursor") })
}

/// A filter that is one of these words.
pub(super) fn word<T: DeserializeOwned>(incoming: &Incoming, name: &str, words: &[&str]) -> Result<Option<T>, Error> {
    let Some(given) = incoming.query(name) else { return Ok(None) };
    let word = serde_json::from_value(Value::String(given));
    word.map(Some).map_err(|_| bad_field(format!("\"{name}\" must be {}.", one_of(words))))
}

/// The words in a sentence: A, B or C.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// A filter that is a text; none if there is nothing in it.
pub(super) fn text(incoming: &Incoming, name: &str) -> Result<Option<String>, Error> {
    let given = incoming.query(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match given {
        Some(text) if text.len() > LONGEST_TEXT => {
            Err(bad_field(format!("\"{name}\" must not be longer than {LONGEST_TEXT} characters.")))
        }
        given => Ok(given),
    }
}

/// A page of these items.
pub(super) fn page<T, U: Serialize>(page: Paged<T>, item: impl Fn(T) -> U) -> Response<Body> {
    let shown = Shown { items: page.items.into_iter().map(item).collect(), next_cursor: page.next_cursor };
    ok(&shown)
}

/// The description of a list in pages.
pub(super) fn describe_list<T: JsonSchema>(summary: &'static str) -> Description {
    let limit = whole("Items on the page; 50 unless given.", 1..=i64::try_from(MAX).unwrap_or(i64::MAX)).example(MAX);
    describe(summary)
        .query([optional("limit", limit), optional("cursor", openapi::text("The page before's nextCursor."))])
        .answers::<Shown<T>>()
        .refuses([Refusal::Forbidden])
}
