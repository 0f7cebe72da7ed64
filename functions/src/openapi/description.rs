//! What a route's own file tells of it. What all routes of a contract have in common isn't told there: see
//! [`super::operation`].

use std::{borrow::Cow, collections::BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    refusal::Refusal,
    shape::{Field, Shape, required},
};

/// What a route takes and answers.
#[derive(Debug)]
pub(crate) struct Description {
    pub(super) summary: &'static str,
    pub(super) notes: &'static str,
    pub(super) open: bool,
    pub(super) path: Vec<Field>,
    pub(super) query: Vec<Field>,
    pub(super) headers: Vec<Field>,
    pub(super) bodies: Vec<(&'static str, Shape)>,
    pub(super) answers: Vec<Answer>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) never: Vec<Refusal>,
    pub(super) pages: bool,
}

/// An answer that isn't the contract's common way to refuse.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) content: Option<(&'static str, SchemaOf)>,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The description of a route that needs a token, in a sentence.
pub(crate) fn describe(summary: &'static str) -> Description {
    Description {
        summary,
        notes: "",
        open: false,
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        bodies: Vec::new(),
        answers: Vec::new(),
        refusals: Vec::new(),
        never: Vec::new(),
        pages: false,
    }
}

impl Description {
    /// With more than fits the summary.
    pub(crate) fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    /// It needs no token.
    pub(crate) fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// It answers HTML, also where it refuses.
    pub(crate) fn pages(self) -> Self {
        Self { pages: true, ..self }
    }

    /// This parameter of the path has another form than the contract's ids have.
    pub(crate) fn at(mut self, name: &'static str, shape: Shape) -> Self {
        self.path.push(required(name, shape));
        self
    }

    /// It reads these of the query.
    pub(crate) fn query(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.query.extend(fields);
        self
    }

    /// It reads this header.
    pub(crate) fn header(mut self, field: Field) -> Self {
        self.headers.push(field);
        self
    }

    /// It takes a JSON body.
    pub(crate) fn takes(self, shape: Shape) -> Self {
        self.takes_as("application/json", shape)
    }

    /// It takes a body of this type.
    pub(crate) fn takes_as(mut self, content_type: &'static str, shape: Shape) -> Self {
        self.bodies.push((content_type, shape));
        self
    }

    /// It answers 200 with JSON.
    pub(crate) fn answers<T: JsonSchema>(self) -> Self {
        self.also::<T>(200, "application/json", "Done.")
    }

    /// It answers this status without a body.
    pub(crate) fn answers_nothing(mut self, status: u16) -> Self {
        self.answers.push(Answer { status, about: "Done.", content: None, headers: Vec::new() });
        self
    }

    /// It answers this status with a page.
    pub(crate) fn answers_page(self, status: u16, about: &'static str) -> Self {
        self.also::<Page>(status, "text/html", about)
    }

    /// It answers this status with a body of this type.
    pub(crate) fn also<T: JsonSchema>(mut self, status: u16, content_type: &'static str, about: &'static str) -> Self {
        let content = Some((content_type, SchemaGenerator::subschema_for::<T> as SchemaOf));
        self.answers.push(Answer { status, about, content, headers: Vec::new() });
        self
    }

    /// What was told last is answered with this header.
    pub(crate) fn with_header(mut self, name: &'static str, about: &'static str) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.headers.push((name, about));
        }
        self
    }

    /// It may refuse so, beside what every such route may.
    pub(crate) fn refuses(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.refusals.extend(refusals);
        self
    }

    /// It never refuses so, though every such route else may.
    pub(crate) fn never(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        self.never.extend(refusals);
        self
    }
}

/// The schema of a word that is one of these, for a field of an answer.
pub(crate) fn enumerated(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: BTreeSet<_> = words.into_iter().collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// The text of a page.
pub(super) struct Page;

impl JsonSchema for Page {
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
