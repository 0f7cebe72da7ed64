//! What a handler's own file says about its route: the fields of the request, the responses and the refusals.
//!
//! The handlers' files leave out what all routes of a contract have in common. The module `openapi::described_route`
//! adds the common parts to the OpenAPI document.

use std::{borrow::Cow, collections::BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    field::{Field, PathParameter},
    given_fields::Fields,
    refusal::Refusal,
    request::FORM,
    value_schema::{DeclaredField, ValueSchema},
};

/// The description of a route: what the route accepts in a request and answers in a response.
#[derive(Debug)]
pub(crate) struct Description {
    /// What the route does, in a sentence.
    pub(crate) summary: &'static str,
    /// More sentences about what the route does. The text of the further sentences may be empty.
    pub(crate) notes: &'static str,
    /// Whether the route needs no access token.
    pub(crate) open: bool,
    /// The parameters in the route's path.
    pub(crate) path: Vec<DeclaredField>,
    /// The parameters in the route's query.
    pub(crate) query: Vec<DeclaredField>,
    /// The request headers that the route reads.
    pub(crate) headers: Vec<DeclaredField>,
    /// The bodies that the route accepts, by content type. A description holds functions that make the bodies' schemas,
    /// so that a request that only needs the names of the query's parameters makes no schema of a body.
    pub(crate) bodies: Vec<(&'static str, BodySchema)>,
    /// The route's successful responses, and its refusals whose format differs from the contract's error format.
    pub(crate) responses: Vec<DescribedResponse>,
    /// The route's refusals besides the refusals that follow from the route's form. For example, every route that reads
    /// a body may refuse an invalid body.
    pub(crate) refusals: Vec<Refusal>,
    /// The refusals that would follow from the route's form, but that this route never gives.
    pub(crate) never: Vec<Refusal>,
    /// Whether the route answers with HTML, also when the route refuses a request.
    pub(crate) html: bool,
}

/// A response that a route may give.
#[derive(Debug)]
pub(crate) struct DescribedResponse {
    /// The HTTP status of the response.
    pub(crate) status: u16,
    /// What the response means, in a sentence.
    pub(crate) about: &'static str,
    /// The content type and the schema of the response's body, if the response has a body.
    pub(crate) content: Option<(&'static str, SchemaOf)>,
    /// The headers of the response, each with its meaning.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// A function that makes the schema of a request's body.
pub(crate) type BodySchema = fn() -> ValueSchema;

/// A function that makes the schema of a response's body.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Begins the description of a route that needs an access token. The summary of the route is one sentence.
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
    /// Adds sentences to the description of the route that are too long for its summary.
    pub(crate) fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    /// Says that the route needs no access token.
    pub(crate) fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// Says that the route answers with HTML, also when the route refuses a request.
    pub(crate) fn html(self) -> Self {
        Self { html: true, ..self }
    }

    /// Says that the route's path has the given parameter.
    pub(crate) fn path<T>(mut self, parameter: &PathParameter<T>) -> Self {
        self.path.push(parameter.declared());
        self
    }

    /// Says that the route reads the given parameters of the query.
    pub(crate) fn query<Q: Fields>(mut self) -> Self {
        self.query.extend(Q::declared());
        self
    }

    /// Says that the route reads the given parameter of the query, and that the parameter may have several values.
    pub(crate) fn query_parameter(mut self, parameter: DeclaredField) -> Self {
        self.query.push(parameter);
        self
    }

    /// Says that the route reads the given header of the request.
    pub(crate) fn header<T>(mut self, field: Field<T>) -> Self {
        self.headers.push(field.into_declared());
        self
    }

    /// Says that the route accepts a JSON body with the given fields.
    pub(crate) fn body<B: Fields>(self) -> Self {
        self.body_of("application/json", || ValueSchema::object(B::declared()))
    }

    /// Says that the route accepts a form with the given fields.
    pub(crate) fn form<B: Fields>(self) -> Self {
        self.body_of(FORM, || ValueSchema::form(B::declared()))
    }

    /// Says that the route accepts a body of the given content type.
    pub(crate) fn body_of(mut self, content_type: &'static str, schema: BodySchema) -> Self {
        self.bodies.push((content_type, schema));
        self
    }

    /// Says that the route answers a successful request with the status 200 and a JSON body.
    pub(crate) fn answers<T: JsonSchema>(self) -> Self {
        self.also::<T>(200, "application/json", "Done.")
    }

    /// Says that the route may answer with the given status and without a body.
    pub(crate) fn answers_nothing(mut self, status: u16) -> Self {
        self.responses.push(DescribedResponse { status, about: "Done.", content: None, headers: Vec::new() });
        self
    }

    /// Says that the route may answer with the given status and an HTML page.
    pub(crate) fn answers_page(self, status: u16, about: &'static str) -> Self {
        self.also::<HtmlPage>(status, "text/html", about)
    }

    /// Says that the route may answer with the given status and a body of the given content type.
    pub(crate) fn also<T: JsonSchema>(mut self, status: u16, content_type: &'static str, about: &'static str) -> Self {
        let content = Some((content_type, SchemaGenerator::subschema_for::<T> as SchemaOf));
        self.responses.push(DescribedResponse { status, about, content, headers: Vec::new() });
        self
    }

    /// Says that the response that was described last has the given header.
    pub(crate) fn with_header(mut self, name: &'static str, about: &'static str) -> Self {
        if let Some(response) = self.responses.last_mut() {
            response.headers.push((name, about));
        }
        self
    }

    /// Says that the route may refuse a request in the given ways, besides the refusals that follow from the route's
    /// form.
    pub(crate) fn refuses(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.refusals.extend(refusals);
        self
    }

    /// Says that the route never refuses a request in the given ways, although such refusals would follow from the
    /// route's form.
    pub(crate) fn never(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.never.extend(refusals);
        self
    }
}

/// The JSON schema of a response's field whose value is one of the given words.
pub(crate) fn enumerated(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: BTreeSet<_> = words.into_iter().collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// The JSON schema of a body that is the text of an HTML page.
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
