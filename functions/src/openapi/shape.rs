//! Shapes of what requests carry: JSON schemas in the words that the handlers' own errors use.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// The shape of a value.
#[derive(Debug, Clone)]
pub(crate) struct Shape(Map<String, Value>);

/// A named value of an object, of a query or of the headers.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// A field that must be there.
pub(crate) fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

/// A field that may be absent.
pub(crate) fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

/// Any text.
pub(crate) fn text(about: &'static str) -> Shape {
    Shape::of("string").about(about).example("text")
}

/// An e-mail address.
pub(crate) fn address(about: &'static str) -> Shape {
    Shape::of("string").about(about).with("format", json!("email")).example("user@example.com")
}

/// A hyphenated UUID (RFC 9562 section 4).
pub(crate) fn uuid(about: &'static str) -> Shape {
    let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    Shape::of("string").about(about).with("format", json!("uuid")).example(id)
}

/// A password to be set.
pub(crate) fn new_password() -> Shape {
    text("At least 8 characters, among them a capital and a small letter, a digit and a special character.")
        .length(8..=256)
        .example("Demo12#$")
}

/// One of these words.
pub(crate) fn words(about: &'static str, words: impl IntoIterator<Item = &'static str>) -> Shape {
    let words: Vec<_> = words.into_iter().collect();
    let first = words.first().copied().unwrap_or_default();
    Shape::of("string").about(about).with("enum", json!(words)).example(first)
}

/// True or false.
pub(crate) fn flag(about: &'static str) -> Shape {
    Shape::of("boolean").about(about).example(false)
}

/// A whole number.
pub(crate) fn whole(about: &'static str, range: RangeInclusive<i64>) -> Shape {
    let shape = Shape::of("integer").about(about).example(*range.start());
    shape.with("minimum", json!(range.start())).with("maximum", json!(range.end()))
}

/// A list.
pub(crate) fn list(about: &'static str, of: Shape) -> Shape {
    Shape::of("array").about(about).with("items", Value::Object(of.0))
}

/// A JSON object. Unknown fields are ignored, and null counts as absent.
pub(crate) fn object(fields: impl IntoIterator<Item = Field>) -> Shape {
    fields_of(fields, |field| if field.required { field.shape } else { field.shape.or_null() })
}

/// A form's fields (application/x-www-form-urlencoded): they are texts, and none is null.
pub(crate) fn form(fields: impl IntoIterator<Item = Field>) -> Shape {
    fields_of(fields, |field| field.shape)
}

fn fields_of(fields: impl IntoIterator<Item = Field>, shape: impl Fn(Field) -> Shape) -> Shape {
    let fields: Vec<_> = fields.into_iter().collect();
    let needed: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let properties: Map<_, _> =
        fields.into_iter().map(|field| (field.name.to_owned(), Value::Object(shape(field).0))).collect();
    let shape = Shape::of("object").with("properties", Value::Object(properties));
    if needed.is_empty() { shape } else { shape.with("required", json!(needed)) }
}

impl Shape {
    fn of(kind: &str) -> Self {
        Self(Map::new()).with("type", json!(kind))
    }

    /// With what it means.
    pub(crate) fn about(self, about: &'static str) -> Self {
        if about.is_empty() { self } else { self.with("description", json!(about)) }
    }

    /// With so many characters.
    pub(crate) fn length(self, range: RangeInclusive<usize>) -> Self {
        self.with("minLength", json!(range.start())).with("maxLength", json!(range.end()))
    }

    /// With so many entries.
    pub(crate) fn entries(self, range: RangeInclusive<usize>) -> Self {
        self.with("minItems", json!(range.start())).with("maxItems", json!(range.end()))
    }

    /// Of this form, a regular expression (ECMA-262).
    pub(crate) fn pattern(self, pattern: &'static str) -> Self {
        self.with("pattern", json!(pattern))
    }

    /// With an example.
    pub(crate) fn example(self, example: impl Into<Value>) -> Self {
        self.with("examples", json!([example.into()]))
    }

    /// With anything else that JSON Schema has a word for.
    pub(crate) fn with(mut self, keyword: &'static str, value: Value) -> Self {
        self.0.insert(keyword.to_owned(), value);
        self
    }

    fn or_null(mut self) -> Self {
        if let Some(kind) = self.0.remove("type") {
            self.0.insert("type".to_owned(), json!([kind, "null"]));
        }
        if let Some(Value::Array(words)) = self.0.get_mut("enum") {
            words.push(Value::Null);
        }
        self
    }

    pub(super) fn schema(self) -> Value {
        Value::Object(self.0)
    }
}

/// A value of this schema, made of its parts' examples.
pub(super) fn example(schema: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    match (&schema["properties"], &schema["items"]) {
        (Value::Object(properties), _) => {
            properties.iter().map(|(name, schema)| (name.clone(), example(schema))).collect()
        }
        (_, items @ Value::Object(_)) => json!([example(items)]),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_names_what_it_needs_and_takes_null_for_the_rest() {
        let shape = object([
            required("email", address("")),
            optional("role", words("", ["A", "B"])),
            optional("rows", list("", object([required("n", whole("", 1..=3))]))),
        ]);
        let schema = shape.schema();
        assert_eq!(schema["required"], json!(["email"]));
        assert_eq!(schema["properties"]["role"]["type"], json!(["string", "null"]));
        assert_eq!(schema["properties"]["role"]["enum"], json!(["A", "B", null]));
        assert_eq!(example(&schema), json!({ "email": "user@example.com", "role": "A", "rows": [{ "n": 1 }] }));
    }
}
