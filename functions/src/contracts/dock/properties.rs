//! The parts of Dock's lists and objects that a request selects: properties of objects, and pages of lists.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};
use shared::{Error, operations::NumberedPage};

use crate::vocabulary::{
    DeclaredField, Description, FieldProblem, HandlerResult, Incoming, ValueSchema, bounded, count, describe, fields,
    ok, optional,
};

/// The name of the query parameter that selects properties.
const PROPERTIES: &str = "properties";

/// The selected properties of an object of Dock's, as JSON.
pub(super) type SelectedJson = Box<RawValue>;

/// The properties that a request selects. A request that names no properties selects all properties.
pub(super) struct PropertySelection(Option<Vec<String>>);

impl PropertySelection {
    /// Reads the query parameter `properties`. A request may repeat the parameter, and may separate several values by
    /// commas.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a property that isn't selectable.
    pub(super) fn of(incoming: &Incoming, selectable: &[&str]) -> Result<Self, Error> {
        let given = incoming.query_values(PROPERTIES);
        let names: Vec<_> = given.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
        if let Some(unknown) = names.iter().find(|name| !selectable.contains(name)) {
            let unknown: String = unknown.chars().take(100).collect();
            return Err(FieldProblem::new(format!("\"{PROPERTIES}\": there is no \"{unknown}\".")).into());
        }
        Ok(Self((!given.is_empty()).then(|| names.into_iter().map(str::to_owned).collect())))
    }

    /// The description of the query parameter that selects properties.
    pub(super) fn declared(selectable: &'static [&'static str]) -> DeclaredField {
        let about = "The properties in the response, repeated or separated by commas; all, if absent.";
        let property = ValueSchema::words("", selectable.iter().copied());
        DeclaredField { name: PROPERTIES, schema: ValueSchema::list(about, property), required: false }
    }

    /// The selection of all properties of an object.
    pub(super) fn all() -> Self {
        Self(None)
    }

    /// The same selection of properties without the named property.
    pub(super) fn without(&self, selectable: &[&str], name: &str) -> Self {
        let others = selectable.iter().filter(|other| **other != name && self.has(other));
        Self(Some(others.map(|other| (*other).to_owned()).collect()))
    }

    /// Whether the request selects the named property.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|one| one == name))
    }

    /// The given object as JSON, with its selected properties and the properties in `always`. In requests, the names of
    /// the object's properties begin with the given prefix.
    pub(super) fn select(&self, object: &impl Serialize, prefix: &str, always: &[&str]) -> SelectedJson {
        let selected = if self.0.is_none() { to_raw_value(object) } else { self.filter(object, prefix, always) };
        selected.unwrap_or_else(|_| RawValue::NULL.to_owned())
    }

    fn filter(&self, object: &impl Serialize, prefix: &str, always: &[&str]) -> serde_json::Result<SelectedJson> {
        let fields: Map<String, Value> = serde_json::from_value(serde_json::to_value(object)?)?;
        let selected = |name: &str| always.contains(&name) || self.has(&format!("{prefix}{name}"));
        to_raw_value(&fields.into_iter().filter(|(name, _)| selected(name)).collect::<Map<_, _>>())
    }
}

/// The schema of an object of which a request has selected some properties. Only the properties in `always` are
/// required.
pub(super) fn selected_schema<T: JsonSchema>(generator: &mut SchemaGenerator, always: &[&str]) -> Schema {
    let mut schema = T::json_schema(generator);
    schema.insert("required".to_owned(), always.into());
    schema
}

/// The description of a route whose response has selectable properties.
pub(super) fn describe_properties(summary: &'static str, selectable: &'static [&'static str]) -> Description {
    describe(summary).query_parameter(PropertySelection::declared(selectable))
}

fields! {
    /// Which page of a list the query asks for.
    pub(super) struct NumberedPageQuery {
        page: Option<usize> = optional("page", count("From 1.", 1..=u32::MAX as usize)),
        limit: Option<usize> = optional("limit", count("20 unless given.", 1..=100).example(20)),
    }
}

impl NumberedPageQuery {
    /// The page of a list that the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a page number or a page size that is too small or too large.
    pub(super) fn page(incoming: &Incoming) -> Result<NumberedPage, Error> {
        let Self { page, limit } = incoming.query()?;
        Ok(NumberedPage { page: page.unwrap_or(1), limit: limit.unwrap_or(20) })
    }
}

/// The position of a page in its list, as Dock's responses give the position.
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

impl PageInfo {
    /// The position of a page in a list of `total` items.
    pub(super) fn of(NumberedPage { page, limit }: NumberedPage, total: usize) -> Self {
        let pages = total.div_ceil(limit);
        let before = page.saturating_sub(1).saturating_mul(limit);
        Self {
            page,
            pages,
            total,
            page_total: total.saturating_sub(before).min(limit),
            has_next_page: page < pages,
            has_prev_page: page > 1 && total > 0,
        }
    }
}

/// The body of every successful response: an object whose field `data` has the content.
#[derive(Serialize, JsonSchema)]
pub(super) struct Data<T> {
    data: T,
}

/// A response with the status 200 and the given content in the field `data`.
///
/// # Errors
/// [`Error::TooLarge`] if the response is too large for Lambda.
pub(super) fn data(data: impl Serialize) -> HandlerResult {
    bounded(ok(&Data { data }))
}
