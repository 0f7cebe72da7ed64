//! Which properties of a thing are asked for, and which page of a list.

use lambda_http::{Body, Response};
use serde_json::{Map, Value, json};
use shared::Error;

use crate::{
    contracts::{bounded, json as answer},
    incoming::{Incoming, bad_field},
    routes::Answer,
};

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

    /// Whether this property is asked for.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|one| one == name))
    }

    /// The object with `always` and what of it is asked for, each under `prefix`.
    pub(super) fn keep(&self, object: Value, prefix: &str, always: &[&str]) -> Value {
        let Value::Object(fields) = object else { return object };
        let kept = fields.into_iter();
        let kept = kept.filter(|(name, _)| always.contains(&name.as_str()) || self.has(&format!("{prefix}{name}")));
        Value::Object(kept.collect())
    }
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
    pub(super) fn cut<T>(&self, mut items: Vec<T>) -> (Vec<T>, Value) {
        let total = items.len();
        let pages = total.div_ceil(self.limit);
        let start = (self.page - 1).saturating_mul(self.limit).min(total);
        items.drain(..start);
        items.truncate(self.limit);
        let info = json!({
            "page": self.page,
            "pages": pages,
            "total": total,
            "pageTotal": items.len(),
            "hasNextPage": self.page < pages,
            "hasPrevPage": self.page > 1 && total > 0,
        });
        (items, info)
    }
}

fn number(incoming: &Incoming, name: &str, default: usize, most: usize) -> Result<usize, Error> {
    let Some(given) = incoming.query(name) else { return Ok(default) };
    let number = given.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| bad_field(format!("\"{name}\" must be a number from 1 to {most}.")))
}

/// 200 with these fields in `data`.
pub(super) fn data<const N: usize>(fields: [(&str, Value); N]) -> Answer {
    let fields: Map<_, _> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let response: Response<Body> = answer(http::StatusCode::OK, "application/json", &json!({ "data": fields }));
    bounded(response)
}
