//! What a handler's own file says about its route: the request's fields, the responses and the ways to refuse.
//!
//! What all routes of a contract have in common isn't said here. The document adds it, see `openapi::described_route`.

use std::{borrow::Cow, collections::BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    field::{Field, PathParameter},
    given_fields::Fields,
    refusal::Refusal,
    request::FORM,
    value_schema::{DeclaredField, ValueSchema},
};

/// What a route accepts and answers.
#[derive(Debug)]
pub(crate) struct Description {
    /// What the route does, in a sentence.
    pub(crate) summary: &'static str,
    /// More sentences, or nothing.
    pub(crate) notes: &'static str,
    /// Whether the route needs no token.
    pub(crate) open: bool,
    /// The parameters of the path.
    pub(crate) path: Vec<DeclaredField>,
    /// The parameters of the query.
    pub(crate) query: Vec<DeclaredField>,
    /// The headers that the route reads.
    pub(crate) headers: Vec<DeclaredField>,
    /// The accepted bodies, by content type. They are functions, because most requests need the query's names only.
    pub(crate) bodies: Vec<(&'static str, BodySchema)>,
    /// The responses that aren't refusals, and refusals in a format of their own.
    pub(crate) responses: Vec<DescribedResponse>,
    /// The refusals besides those that every such route has.
    pub(crate) refusals: Vec<Refusal>,
    /// The refusals that every such route has, and this one hasn't.
    pub(crate) never: Vec<Refusal>,
    /// Whether the route answers with HTML, also where it refuses.
    pub(crate) html: bool,
}

/// A response of a route.
#[derive(Debug)]
pub(crate) struct DescribedResponse {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What the response means, in a sentence.
    pub(crate) about: &'static str,
    /// The content type and the schema of the body, if there is a body.
    pub(crate) content: Option<(&'static str, SchemaOf)>,
    /// The headers, each with its meaning.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// The schema of a request's body.
pub(crate) type BodySchema = fn() -> ValueSchema;

/// The schema of a response's body.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The description of a route that needs a token. The summary is a sentence.
pub(crate) fn describe(summary: &'static str) -> Description {
    Description {
        summary,
        notes: "",
        open: false,
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        bodies: Vec::new(),
        responses: Vec::new(),
        refusals: Vec::new(),
        never: Vec::new(),
        html: false,
    }
}

impl Description {
    /// Adds sentences that are too much for the summary.
    pub(crate) fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    /// The route needs no token.
    pub(crate) fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// The route answers with HTML, also where it refuses.
    pub(crate) fn html(self) -> Self {
        Self { html: true, ..self }
    }

    /// The route's path has this parameter.
    pub(crate) fn path<T>(mut self, parameter: &PathParameter<T>) -> Self {
        self.path.push(parameter.declared());
        self
    }

    /// The route reads these parameters of the query.
    pub(crate) fn query<Q: Fields>(mut self) -> Self {
        self.query.extend(Q::declared());
        self
    }

    /// The route reads this parameter of the query, which may have several values.
    pub(crate) fn query_parameter(mut self, parameter: DeclaredField) -> Self {
        self.query.push(parameter);
        self
    }

    /// The route reads this header.
    pub(crate) fn header<T>(mut self, field: Field<T>) -> Self {
        self.headers.push(field.into_declared());
        self
    }

    /// The route accepts this JSON body.
    pub(crate) fn body<B: Fields>(self) -> Self {
        self.body_of("application/json", || ValueSchema::object(B::declared()))
    }

    /// The route accepts this form.
    pub(crate) fn form<B: Fields>(self) -> Self {
        self.body_of(FORM, || ValueSchema::form(B::declared()))
    }

    /// The route accepts a body of this content type.
    pub(crate) fn body_of(mut self, content_type: &'static str, schema: BodySchema) -> Self {
        self.bodies.push((content_type, schema));
        self
    }

    /// The route answers 200 with JSON.
    pub(crate) fn answers<T: JsonSchema>(self) -> Self {
        self.also::<T>(200, "application/json", "Done.")
    }

    /// The route answers this status without a body.
    pub(crate) fn answers_nothing(mut self, status: u16) -> Self {
        self.responses.push(DescribedResponse { status, about: "Done.", content: None, headers: Vec::new() });
        self
    }

    /// The route answers this status with a page.
    pub(crate) fn answers_page(self, status: u16, about: &'static str) -> Self {
        self.also::<HtmlPage>(status, "text/html", about)
    }

    /// The route answers this status with a body of this content type.
    pub(crate) fn also<T: JsonSchema>(mut self, status: u16, content_type: &'static str, about: &'static str) -> Self {
        let content = Some((content_type, SchemaGenerator::subschema_for::<T> as SchemaOf));
        self.responses.push(DescribedResponse { status, about, content, headers: Vec::new() });
        self
    }

    /// The response that was added last has this header.
    pub(crate) fn with_header(mut self, name: &'static str, about: &'static str) -> Self {
        if let Some(response) = self.responses.last_mut() {
            response.headers.push((name, about));
        }
        self
    }

    /// The route may refuse in these ways, besides those that every such route has.
    pub(crate) fn refuses(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.refusals.extend(refusals);
        self
    }

    /// The route never refuses in these ways, though every such route else may.
    pub(crate) fn never(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.never.extend(refusals);
        self
    }
}

/// The schema of a response's field that is one of these words.
pub(crate) fn enumerated(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: BTreeSet<_> = words.into_iter().collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// The text of a page.
struct HtmlPage;

impl JsonSchema for HtmlPage {
    fn schema_name() -> Cow<'static, str> {
        "Page".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string" })
    }
}
