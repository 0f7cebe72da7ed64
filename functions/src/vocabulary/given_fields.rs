//! Objects of requests: a body, a query, a form, or an object in one of them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    problem::{FieldProblem, unknown_name},
    value_schema::DeclaredField,
};

/// What happens to a field that a request has and its declaration hasn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownFields {
    /// The request is read as if the field weren't in it. The vendors' APIs do so.
    Ignored,
    /// The request is refused. `/api/v1` does so.
    Refused,
}

/// The fields of an object as a request gives them.
pub(crate) struct GivenFields<'a> {
    /// The fields, by name.
    pub(crate) fields: &'a Map<String, Value>,
    /// What happens to fields that aren't declared.
    pub(crate) unknown: UnknownFields,
}

/// An object of a request, a query or a form, whose fields are declared by [`fields!`].
pub(crate) trait Fields: Sized {
    /// What the description says about each field.
    fn declared() -> Vec<DeclaredField>;

    /// The names of all fields.
    fn names() -> Cow<'static, [&'static str]> {
        Self::declared().into_iter().map(|field| field.name).collect()
    }

    /// Reads the fields in the order of their declaration.
    ///
    /// # Errors
    /// The first field that can't be read.
    fn read(given: &GivenFields<'_>) -> Result<Self, FieldProblem>;

    /// Reads the fields after it has refused unknown ones, where unknown fields are refused.
    ///
    /// # Errors
    /// As [`Fields::read`], and `unknown_field`.
    fn read_checked(given: &GivenFields<'_>) -> Result<Self, FieldProblem> {
        if given.unknown == UnknownFields::Refused {
            let names = Self::names();
            if let Some(name) = given.fields.keys().find(|name| !names.contains(&name.as_str())) {
                return Err(unknown_name("unknown_field", "field", name, &names));
            }
        }
        Self::read(given)
    }
}

/// An object of which one part must be readable, and the other may be unreadable.
pub(crate) struct PartlyReadable<A, B> {
    /// The part that must be readable.
    pub(crate) key: A,
    /// The other part, or its first field that can't be read.
    pub(crate) rest: Result<B, FieldProblem>,
}

impl<A: Fields, B: Fields> Fields for PartlyReadable<A, B> {
    fn declared() -> Vec<DeclaredField> {
        A::declared().into_iter().chain(B::declared()).collect()
    }

    fn read(given: &GivenFields<'_>) -> Result<Self, FieldProblem> {
        Ok(Self { key: A::read(given)?, rest: B::read(given) })
    }
}
