//! Fields of requests: each is declared once, for reading and for the description.

use std::borrow::Cow;

use serde_json::{Map, Value};
use shared::{Error, Missing, Public, domain::Reason};

use super::{
    failure::Failure,
    format::{Format, Input},
    request::Incoming,
    response::{MAX_ECHOED_WORD, echo},
    value_schema::ValueSchema,
};

/// The code of a field that is missing or can't be read.
pub(crate) const INVALID_FIELD: &str = "invalid_field";

/// Why a field of a request can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    /// Stable, for programs.
    pub(crate) code: &'static str,
    /// A sentence that names the field.
    pub(crate) message: String,
}

impl FieldProblem {
    /// A problem with the code `invalid_field`.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: INVALID_FIELD, message: message.into() }
    }

    /// The field's name and what is wrong with the field: `"role" must be a string.`
    pub(crate) fn of(name: &str, problem: impl std::fmt::Display) -> Self {
        Self::new(format!("\"{name}\" {problem}."))
    }
}

impl From<FieldProblem> for Error {
    fn from(problem: FieldProblem) -> Self {
        Self::Invalid(Public::new(problem.code, problem.message))
    }
}

impl From<FieldProblem> for Failure {
    fn from(problem: FieldProblem) -> Self {
        Self::Operation(problem.into())
    }
}

impl From<FieldProblem> for Reason {
    fn from(problem: FieldProblem) -> Self {
        Self::new(problem.code, problem.message)
    }
}

/// What a request's description says about one of its fields.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredField {
    /// The field's name in the request.
    pub(crate) name: &'static str,
    /// The JSON schema of the field's value.
    pub(crate) schema: ValueSchema,
    /// Whether every request has the field.
    pub(crate) required: bool,
}

type FieldReader<T> = Box<dyn Fn(&Input<'_>) -> Result<T, FieldProblem> + Send + Sync>;

/// A named field of a request whose value becomes a `T`.
pub(crate) struct Field<T> {
    declared: DeclaredField,
    read: FieldReader<T>,
    absent: fn(&str) -> Result<T, FieldProblem>,
}

/// A field that every request has.
pub(crate) fn required<T>(name: &'static str, format: Format<T>) -> Field<T> {
    let (schema, read) = format.into_parts();
    let absent = |name: &str| Err(FieldProblem::of(name, "is required"));
    Field { declared: DeclaredField { name, schema, required: true }, read, absent }
}

/// A field that may be absent.
pub(crate) fn optional<T: 'static>(name: &'static str, format: Format<T>) -> Field<Option<T>> {
    or_default(name, format.map(Some))
}

/// A field that the description demands. A contract that has its own way to refuse a request without the field reads `None`.
pub(crate) fn expected<T: 'static>(name: &'static str, format: Format<T>) -> Field<Option<T>> {
    let mut field = optional(name, format);
    field.declared.required = true;
    field
}

/// A field whose absence stands for the type's default value. Of an `Option` that is `None`.
pub(crate) fn or_default<T: Default>(name: &'static str, format: Format<T>) -> Field<T> {
    let (schema, read) = format.into_parts();
    Field { declared: DeclaredField { name, schema, required: false }, read, absent: |_| Ok(T::default()) }
}

impl<T> Field<T> {
    /// What the description says about the field.
    pub(crate) fn into_declared(self) -> DeclaredField {
        self.declared
    }

    /// Reads the field. A null counts as absent.
    ///
    /// # Errors
    /// What the field's format refuses; and an absent field, if the field is required.
    pub(crate) fn read(&self, given: &GivenFields<'_>) -> Result<T, FieldProblem> {
        let name = self.declared.name;
        match given.fields.get(name) {
            None | Some(Value::Null) => (self.absent)(name),
            Some(value) => (self.read)(&Input { name, value, unknown: given.unknown }),
        }
    }

    /// Reads the field from the request's header of the same name.
    ///
    /// # Errors
    /// As [`Field::read`].
    pub(crate) fn read_header(&self, incoming: &Incoming) -> Result<T, FieldProblem> {
        let header = incoming.headers().get(self.declared.name);
        let value = header.map_or(Value::Null, |value| value.to_str().unwrap_or_default().into());
        let fields = Map::from_iter([(self.declared.name.to_owned(), value)]);
        self.read(&GivenFields { fields: &fields, unknown: UnknownFields::Ignored })
    }
}

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

/// The problem with a name that isn't declared. It lists the declared names.
pub(crate) fn unknown_name(code: &'static str, kind: &str, name: &str, known: &[&str]) -> FieldProblem {
    let name = echo(name, MAX_ECHOED_WORD);
    let known = match known {
        [] => format!("This request has no {kind}s."),
        [one] => format!("The only {kind} is {one}."),
        [others @ .., last] => format!("The {kind}s are {} and {last}.", others.join(", ")),
    };
    FieldProblem { code, message: format!("There is no {kind} \"{name}\" in this request. {known}") }
}

/// Declares an object of a request: a struct with, for each member, the [`Field`] that reads and describes it.
macro_rules! fields {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($member_visibility:vis $member:ident: $type:ty = $declaration:expr,)*
        }
    ) => {
        $(#[$meta])*
        $visibility struct $name {
            $($member_visibility $member: $type,)*
        }

        impl $crate::vocabulary::Fields for $name {
            fn declared() -> Vec<$crate::vocabulary::DeclaredField> {
                vec![$({
                    let field: $crate::vocabulary::Field<$type> = $declaration;
                    field.into_declared()
                },)*]
            }

            fn names() -> std::borrow::Cow<'static, [&'static str]> {
                static NAMES: std::sync::LazyLock<Vec<&'static str>> =
                    std::sync::LazyLock::new(|| $name::declared().into_iter().map(|field| field.name).collect());
                std::borrow::Cow::Borrowed(NAMES.as_slice())
            }

            fn read(
                given: &$crate::vocabulary::GivenFields<'_>,
            ) -> Result<Self, $crate::vocabulary::FieldProblem> {
                Ok(Self {
                    $($member: {
                        static FIELD: std::sync::LazyLock<$crate::vocabulary::Field<$type>> =
                            std::sync::LazyLock::new(|| $declaration);
                        FIELD.read(given)?
                    },)*
                })
            }
        }
    };
}
pub(crate) use fields;

/// A parameter of a path. A value of another form is a 404, like an unknown one.
pub(crate) struct PathParameter<T> {
    /// The parameter's name, as the route has it in braces.
    pub(crate) name: &'static str,
    /// What doesn't exist if the value can't be parsed.
    pub(crate) missing: Missing,
    /// The JSON schema of the value.
    pub(crate) schema: fn() -> ValueSchema,
    /// Reads the value; `None` for a value of another form.
    pub(crate) parse: fn(&str) -> Option<T>,
}

impl<T> PathParameter<T> {
    /// What the description says about the parameter.
    pub(crate) fn declared(&self) -> DeclaredField {
        DeclaredField { name: self.name, schema: (self.schema)(), required: true }
    }

    /// Reads the parameter.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a value of another form.
    pub(crate) fn read(&self, incoming: &Incoming) -> Result<T, Error> {
        (self.parse)(incoming.path_parameter(self.name)).ok_or(Error::NotFound(self.missing))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::format::*, *};

    fields! {
        struct Inner {
            count: i64 = required("n", whole("", 1..=3)),
        }
    }

    fields! {
        struct Outer {
            email: String = required("email", address_text("")),
            published: Option<bool> = optional("published", flag("")),
            rows: Vec<Inner> = or_default("rows", list("", object::<Inner>())),
        }
    }

    fn read(body: &Value, unknown: UnknownFields) -> Result<Outer, FieldProblem> {
        Outer::read_checked(&GivenFields { fields: body.as_object().unwrap(), unknown })
    }

    #[test]
    fn a_body_is_read_by_its_declaration() {
        let body = json!({ "email": "a", "published": null, "rows": [{ "n": 2 }], "more": 1 });
        let outer = read(&body, UnknownFields::Ignored).ok().unwrap();
        assert_eq!((outer.email.as_str(), outer.published, outer.rows[0].count), ("a", None, 2));
        let problem = |body: Value| read(&body, UnknownFields::Ignored).err().unwrap();
        assert_eq!(problem(json!({})), FieldProblem::new("\"email\" is required."));
        assert_eq!(problem(json!({ "email": 1 })).message, "\"email\" must be a string.");
        assert_eq!(problem(json!({ "email": "a", "rows": {} })).message, "\"rows\" must be an array.");
        assert_eq!(problem(json!({ "email": "a", "rows": [1] })).message, "The entry must be a JSON object.");
    }

    #[test]
    fn an_unknown_field_is_named_with_the_known_ones_where_it_is_refused() {
        let problem = |body: Value| read(&body, UnknownFields::Refused).err().unwrap();
        let outer = problem(json!({ "email": "a", "more": 1 }));
        assert_eq!(outer.code, "unknown_field");
        let message = "There is no field \"more\" in this request. The fields are email, published and rows.";
        assert_eq!(outer.message, message);
        let inner = problem(json!({ "email": "a", "rows": [{ "n": 1, "m": 1 }] }));
        assert_eq!(inner.message, "There is no field \"m\" in this request. The only field is n.");
        assert!(problem(json!({ "x".repeat(1000): 1 })).message.len() < 200);
    }

    #[test]
    fn the_description_names_required_fields_and_allows_null_for_the_others() {
        let schema = ValueSchema::object(Outer::declared()).into_value();
        assert_eq!(schema["required"], json!(["email"]));
        assert_eq!(schema["properties"]["published"]["type"], json!(["boolean", "null"]));
        assert_eq!(schema["properties"]["rows"]["items"]["required"], json!(["n"]));
    }
}
