//! Objects of requests. An object is a body, a query, a form, or an object inside a body, query or form.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    problem::{FieldProblem, unknown_name},
    value_schema::DeclaredField,
};

/// What happens to a field that a request contains although the contract doesn't declare the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownFields {
    /// The request is read as if the undeclared field weren't in the request. The vendors' APIs ignore undeclared
    /// fields.
    Ignored,
    /// A request with an undeclared field is refused. Our own API, `/api/v1`, refuses undeclared fields.
    Refused,
}

/// The fields of an object in a request, as the client sent the fields.
pub(crate) struct GivenFields<'a> {
    /// The values of the object's fields, by the fields' names.
    pub(crate) fields: &'a Map<String, Value>,
    /// What happens to fields that the contract doesn't declare.
    pub(crate) unknown: UnknownFields,
}

/// An object of a request, a query or a form, whose fields are declared by [`fields!`].
pub(crate) trait Fields: Sized {
    /// What the API description says about each field of the object.
    fn declared() -> Vec<DeclaredField>;

    /// The names of all declared fields.
    fn names() -> Cow<'static, [&'static str]> {
        Self::declared().into_iter().map(|field| field.name).collect()
    }

    /// Reads the object's fields in the order in which they are declared.
    ///
    /// # Errors
    /// The problem of the first field that can't be read.
    fn read(given: &GivenFields<'_>) -> Result<Self, FieldProblem>;

    /// Reads the object's fields. If the contract refuses undeclared fields, an undeclared field is refused first.
    ///
    /// # Errors
    /// A problem with the code `unknown_field` for an undeclared field, or else the problem of the first field that
    /// can't be read.
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

/// An object of a request in two parts. The request fails if the first part of the object can't be read. The second
/// part of the object may be unreadable without failing the request.
pub(crate) struct PartlyReadable<A, B> {
    /// The part of the object that must be readable.
    pub(crate) key: A,
    /// The part of the object that may be unreadable: its value, or the problem of its first field that can't be read.
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
