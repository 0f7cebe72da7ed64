//! Pages of the lists of our own API: the query has `limit` and `cursor`, and the response has `items` and
//! `nextCursor`.

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    Error,
    operations::{CursorPage, PageRequest},
};

use crate::vocabulary::{Description, Format, Incoming, Refusal, count, describe, fields, ok, optional, text};

/// How many items a page has if the request names no other number.
const DEFAULT_LIMIT: usize = 50;

const MAX_LIMIT: usize = 100;

/// The most bytes of a filter's text. This limit on a filter's text suffices, because no e-mail address is longer.
const MAX_FILTER: usize = 254;

fields! {
    /// Which page of a list the query asks for.
    struct CursorQuery {
        limit: Option<usize> =
            optional("limit", count("Items on the page; 50 unless given.", 1..=MAX_LIMIT).example(MAX_LIMIT)),
        cursor: Option<String> = optional("cursor", text("The nextCursor of the page before.")),
    }
}

/// A page of a list. The field `nextCursor` of the last page is null.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page")]
struct ItemsPage<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// The page of a list that the query asks for.
pub(super) fn page_request(incoming: &Incoming) -> Result<PageRequest, Error> {
    let CursorQuery { limit, cursor } = incoming.query()?;
    Ok(PageRequest { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor })
}

/// The format of a filter: a text that a listed item must contain. A filter with a blank text leaves no item out.
pub(super) fn text_filter(about: &'static str, example: &'static str) -> Format<Option<String>> {
    text(about).example(example).parse(|text| match text.trim() {
        "" => Ok(None),
        text if text.len() > MAX_FILTER => Err(format!("must not be longer than {MAX_FILTER} characters")),
        text => Ok(Some(text.to_owned())),
    })
}

/// The value of a type that is serialized as the given word. The result is `None` if no value is serialized as this
/// word.
pub(super) fn stored_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

/// The response with a page of the given items.
pub(super) fn items_page<T, U: Serialize>(page: CursorPage<T>, item: impl Fn(T) -> U) -> Response<Body> {
    ok(&ItemsPage { items: page.items.into_iter().map(item).collect(), next_cursor: page.next_cursor })
}

/// The description of a route that answers with a list in pages.
pub(super) fn describe_list<T: JsonSchema>(summary: &'static str) -> Description {
    describe(summary).query::<CursorQuery>().answers::<ItemsPage<T>>().refuses([Refusal::Forbidden])
}
