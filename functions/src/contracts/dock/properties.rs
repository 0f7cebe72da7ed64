//! Which properties of a thing are asked for, and which page of a list.

use lambda_http::{Body, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};
use shared::Error;

use crate::{
    contracts::{bounded, json as answer},
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// What of an object is answered, as JSON.
pub(super) type Kept = Box<RawValue>;

/// The properties that the request names; all if it names none.
pub(super) struct Properties(Option<Vec<String>>);

impl Properties {
    /// Reads `properties`, repeated or separated by commas.
    pub(super) fn of(incoming: &Incoming, known: &[&str]) -> Result<Self, Error> {
        let given = incoming.queries("properties");
        let named: Vec<_> = given.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
        if let Some(unknown) = named.iter().find(|name| !known.contains(name)) {
            let unknown: String = unknown.chars().take(100).collect();
            return Err(bad_field(format!("\"properties\": there is no \"{unknown}\".")));
        }
        Ok(Self((!given.is_empty()).then(|| named.into_iter().map(str::to_owned).collect())))
    }

    /// All of them.
    pub(super) fn all() -> Self {
        Self(None)
    }

    /// These but one.
    pub(super) fn without(&self, known: &[&str], name: &str) -> Self {
        let others = known.iter().filter(|other| **other != name && self.has(other));
        Self(Some(others.map(|other| (*other).to_owned()).collect()))
    }

    /// Whether this property is asked for.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|one| one == name))
    }

    /// The object with `always` and what of it is asked for, each under `prefix`.
    pub(super) fn keep(&self, object: &impl Serialize, prefix: &str, always: &[&str]) -> Kept {
        let kept = if self.0.is_none() { to_raw_value(object) } else { self.filter(object, prefix, always) };
        kept.unwrap_or_else(|_| RawValue::NULL.to_owned())
    }

    fn filter(&self, object: &impl Serialize, prefix: &str, always: &[&str]) -> serde_json::Result<Kept> {
        let fields: Map<String, Value> = serde_json::from_value(serde_json::to_value(object)?)?;
        let kept = |name: &str| always.contains(&name) || self.has(&format!("{prefix}{name}"));
        to_raw_value(&fields.into_iter().filter(|(name, _)| kept(name)).collect::<Map<_, _>>())
    }
}

/// Where in a list a page is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    page: usize,
    pages: usize,
    total: usize,
    page_total: usize,
    has_next_page: bool,
    has_prev_page: bool,
}

/// A page of a list.
pub(super) struct Page {
    page: usize,
    limit: usize,
}

impl Page {
    /// Reads `page`, from 1, and `limit`, 20 unless given and at most 100.
    pub(super) fn of(incoming: &Incoming) -> Result<Self, Error> {
        let page = number(incoming, "page", 1, u32::MAX as usize)?;
        Ok(Self { page, limit: number(incoming, "limit", 20, 100)? })
    }

    /// The page's part of a list, and what `pageInfo` says of it.
    pub(super) fn cut<T>(&self, mut items: Vec<T>) -> (Vec<T>, PageInfo) {
        let total = items.len();
        let pages = total.div_ceil(self.limit);
        let start = (self.page - 1).saturating_mul(self.limit).min(total);
        items.drain(..start);
        items.truncate(self.limit);
        let info = PageInfo {
            page: self.page,
            pages,
            total,
            page_total: items.len(),
            has_next_page: self.page < pages,
            has_prev_page: self.page > 1 && total > 0,
        };
        (items, info)
    }
}

fn number(incoming: &Incoming, name: &str, default: usize, most: usize) -> Result<usize, Error> {
    let Some(given) = incoming.query(name) else { return Ok(default) };
    let number = given.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| bad_field(format!("\"{name}\" must be a number from 1 to {most}.")))
}

/// The body of an answer.
#[derive(Serialize, JsonSchema)]
pub(super) struct Data<T> {
    data: T,
}

/// 200 with this as `data`.
pub(super) fn data(data: impl Serialize) -> Answer {
    let response: Response<Body> = answer(http::StatusCode::OK, "application/json", &Data { data });
    bounded(response)
}

/// The schema of what [`Properties::keep`] leaves of a `T`: only these properties are always there.
pub(super) fn kept<T: JsonSchema>(generator: &mut SchemaGenerator, always: &[&str]) -> Schema {
    let mut schema = T::json_schema(generator);
    schema.insert("required".to_owned(), always.into());
    schema
}

pub(super) mod describe {
    use crate::openapi::{Field, list, optional, whole, words};

    /// `properties`, of these.
    pub(crate) fn properties(known: &'static [&'static str]) -> Field {
        let about = "What to answer, repeated or separated by commas; all if it is absent.";
        optional("properties", list(about, words("", known.iter().copied())))
    }

    /// `page` and `limit`.
    pub(crate) fn page() -> [Field; 2] {
        [
            optional("page", whole("From 1.", 1..=i64::from(u32::MAX))),
            optional("limit", whole("20 unless given.", 1..=100).example(20)),
        ]
    }
}
