//! Fields of requests. Each field of a request is declared once. The field's declaration both reads the field and
//! describes the field in the API description.

use std::str::FromStr;

use serde_json::{Map, Value};
use shared::{Error, Missing};

use super::{
    format::{Format, Input},
    given_fields::{GivenFields, UnknownFields},
    problem::FieldProblem,
    request::Incoming,
    value_schema::{DeclaredField, ValueSchema},
};

type FieldReader<T> = Box<dyn Fn(&Input<'_>) -> Result<T, FieldProblem> + Send + Sync>;

/// A named field of a request whose value becomes a `T`.
pub(crate) struct Field<T> {
    declared: DeclaredField,
    read: FieldReader<T>,
    absent: fn(&str) -> Result<T, FieldProblem>,
}

/// Declares a field that every request must have.
pub(crate) fn required<T>(name: &'static str, format: Format<T>) -> Field<T> {
    let (schema, read) = format.into_parts();
    let absent = |name: &str| Err(FieldProblem::of(name, "is required"));
    Field { declared: DeclaredField { name, schema, required: true }, read, absent }
}

/// Declares a field that a request may leave out.
pub(crate) fn optional<T: 'static>(name: &'static str, format: Format<T>) -> Field<Option<T>> {
    or_default(name, format.map(Some))
}

/// Declares a field that the API description calls required. If a request leaves out the field, the field has its
/// type's default value, and the contract refuses this default value with an error of its own.
pub(crate) fn expected<T: Default>(name: &'static str, format: Format<T>) -> Field<T> {
    let mut field = or_default(name, format);
    field.declared.required = true;
    field
}

/// Declares a field that a request may leave out. An absent field has its type's default value, which is `None` for an
/// `Option`.
pub(crate) fn or_default<T: Default>(name: &'static str, format: Format<T>) -> Field<T> {
    let (schema, read) = format.into_parts();
    Field { declared: DeclaredField { name, schema, required: false }, read, absent: |_| Ok(T::default()) }
}

impl<T> Field<T> {
    /// What the API description says about the field.
    pub(crate) fn into_declared(self) -> DeclaredField {
        self.declared
    }

    /// Reads the field from a request. A field with the value null counts as an absent field.
    ///
    /// # Errors
    /// The problem of a value that the field's format refuses, or of a required field that is absent.
    pub(crate) fn read(&self, given: &GivenFields<'_>) -> Result<T, FieldProblem> {
        let name = self.declared.name;
        match given.fields.get(name) {
            None | Some(Value::Null) => (self.absent)(name),
            Some(value) => (self.read)(&Input { name, value, unknown: given.unknown }),
        }
    }

    /// Reads the field from the request's header that has the field's name.
    ///
    /// # Errors
    /// The problem of a value that the field's format refuses, or of a required field that is absent.
    pub(crate) fn read_header(&self, incoming: &Incoming) -> Result<T, FieldProblem> {
        let header = incoming.headers().get(self.declared.name);
        let value = header.map_or(Value::Null, |value| value.to_str().unwrap_or_default().into());
        let fields = Map::from_iter([(self.declared.name.to_owned(), value)]);
        self.read(&GivenFields { fields: &fields, unknown: UnknownFields::Ignored })
    }
}

/// Declares an object of a request: a struct that has, for each member, the [`Field`] that reads and describes the
/// member.
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

        impl $crate::vocabulary::given_fields::Fields for $name {
            fn declared() -> Vec<$crate::vocabulary::value_schema::DeclaredField> {
                vec![$({
                    let field: $crate::vocabulary::field::Field<$type> = $declaration;
                    field.into_declared()
                },)*]
            }

            fn names() -> std::borrow::Cow<'static, [&'static str]> {
                static NAMES: std::sync::LazyLock<Vec<&'static str>> =
                    std::sync::LazyLock::new(|| $name::declared().into_iter().map(|field| field.name).collect());
                std::borrow::Cow::Borrowed(NAMES.as_slice())
            }

            fn read(
                given: &$crate::vocabulary::given_fields::GivenFields<'_>,
            ) -> Result<Self, $crate::vocabulary::problem::FieldProblem> {
                Ok(Self {
                    $($member: {
                        static FIELD: std::sync::LazyLock<$crate::vocabulary::field::Field<$type>> =
                            std::sync::LazyLock::new(|| $declaration);
                        FIELD.read(given)?
                    },)*
                })
            }
        }
    };
}
pub(crate) use fields;

/// A parameter of a route's path. A request with a path parameter that can't be parsed gets the same 404 as a request
/// with the id of something that doesn't exist.
pub(crate) struct PathParameter<T> {
    /// The path parameter's name, which the route's path has in braces.
    pub(crate) name: &'static str,
    /// The kind of thing, such as a workspace, that the response with the status 404 calls missing if the parameter's
    /// value can't be parsed.
    pub(crate) missing: Missing,
    /// The JSON schema of the parameter's value.
    pub(crate) schema: fn() -> ValueSchema,
    /// Parses the parameter's value. The result is `None` if the value can't be parsed.
    pub(crate) parse: fn(&str) -> Option<T>,
}

impl<T: FromStr> PathParameter<T> {
    /// A path parameter that is a hyphenated UUID.
    pub(crate) const fn uuid(name: &'static str, missing: Missing) -> Self {
        Self { name, missing, schema: || ValueSchema::uuid(""), parse: |text| text.parse().ok() }
    }

    /// A path parameter that is an id of twelve letters and digits.
    pub(crate) const fn short_id(name: &'static str, missing: Missing) -> Self {
        Self { name, missing, schema: || ValueSchema::short_id(""), parse: |text| text.parse().ok() }
    }
}

impl<T> PathParameter<T> {
    /// What the API description says about the path parameter.
    pub(crate) fn declared(&self) -> DeclaredField {
        DeclaredField { name: self.name, schema: (self.schema)(), required: true }
    }

    /// Reads the parameter from the request's path.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the parameter's value can't be parsed.
    pub(crate) fn read(&self, incoming: &Incoming) -> Result<T, Error> {
        (self.parse)(incoming.path_parameter(self.name)).ok_or(Error::NotFound(self.missing))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::{format::*, given_fields::Fields},
        *,
    };

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
