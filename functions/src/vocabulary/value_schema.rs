//! JSON schemas (draft 2020-12) of the values in requests.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// The JSON schema of a value in a request.
#[derive(Debug, Clone)]
pub(crate) struct ValueSchema(Map<String, Value>);

/// What the API description says about one field of a request.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredField {
    /// The field's name in the request.
    pub(crate) name: &'static str,
    /// The JSON schema of the field's value.
    pub(crate) schema: ValueSchema,
    /// Whether every request must have the field.
    pub(crate) required: bool,
}

impl ValueSchema {
    /// The JSON schema of a value that has the given JSON type.
    pub(crate) fn of(kind: &str) -> Self {
        Self(Map::new()).with("type", json!(kind))
    }

    /// The schema of a hyphenated UUID (RFC 9562 section 4).
    pub(crate) fn uuid(about: &'static str) -> Self {
        let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        Self::of("string").about(about).with("format", json!("uuid")).example(id)
    }

    /// The schema of an id of twelve letters and digits.
    pub(crate) fn short_id(about: &'static str) -> Self {
        Self::of("string").about(about).pattern("^[0-9A-Za-z]{12}$").example("luI89ZCeEJuF")
    }

    /// The schema of a text that is one of the given words.
    pub(crate) fn words(about: &'static str, words: impl IntoIterator<Item = &'static str>) -> Self {
        let words: Vec<_> = words.into_iter().collect();
        let first = words.first().copied().unwrap_or_default();
        Self::of("string").about(about).with("enum", json!(words)).example(first)
    }

    /// The schema of a whole number.
    pub(crate) fn whole(about: &'static str, range: RangeInclusive<i64>) -> Self {
        let schema = Self::of("integer").about(about).example(*range.start());
        schema.with("minimum", json!(range.start())).with("maximum", json!(range.end()))
    }

    /// The schema of a list whose entries have the given schema.
    pub(crate) fn list(about: &'static str, entry: Self) -> Self {
        Self::of("array").about(about).with("items", Value::Object(entry.0))
    }

    /// The schema of a JSON object. A field of an object in a request may be null unless the field is required.
    pub(crate) fn object(fields: Vec<DeclaredField>) -> Self {
        let or_null = |field: DeclaredField| if field.required { field.schema } else { field.schema.or_null() };
        Self::with_fields(fields, or_null)
    }

    /// The schema of a form (application/x-www-form-urlencoded). The fields of a form are texts, so no field is null.
    pub(crate) fn form(fields: Vec<DeclaredField>) -> Self {
        Self::with_fields(fields, |field| field.schema)
    }

    fn with_fields(fields: Vec<DeclaredField>, schema: impl Fn(DeclaredField) -> Self) -> Self {
        let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let properties: Map<_, _> =
            fields.into_iter().map(|field| (field.name.to_owned(), Value::Object(schema(field).0))).collect();
        let object = Self::of("object").with("properties", Value::Object(properties));
        if required.is_empty() { object } else { object.with("required", json!(required)) }
    }

    /// Adds a sentence that describes the value to the JSON schema.
    pub(crate) fn about(self, about: &'static str) -> Self {
        if about.is_empty() { self } else { self.with("description", json!(about)) }
    }

    /// Adds limits of the text's length in characters to the JSON schema.
    pub(crate) fn length(self, range: RangeInclusive<usize>) -> Self {
        self.with("minLength", json!(range.start())).with("maxLength", json!(range.end()))
    }

    /// Adds limits of the number of the list's entries to the JSON schema.
    pub(crate) fn entries(self, range: RangeInclusive<usize>) -> Self {
        self.with("minItems", json!(range.start())).with("maxItems", json!(range.end()))
    }

    /// Adds a regular expression (ECMA-262) that the text must match to the JSON schema.
    pub(crate) fn pattern(self, pattern: &'static str) -> Self {
        self.with("pattern", json!(pattern))
    }

    /// Adds an example of the value to the JSON schema.
    pub(crate) fn example(self, example: impl Into<Value>) -> Self {
        self.with("examples", json!([example.into()]))
    }

    /// Adds one more keyword of JSON Schema to the schema of a value.
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

    /// The JSON schema as a JSON value.
    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// An example value that the given JSON schema accepts. The example value is made from the examples of the schema's
/// parts.
pub(crate) fn example_of(schema: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    match (&schema["properties"], &schema["items"]) {
        (Value::Object(properties), _) => {
            properties.iter().map(|(name, schema)| (name.clone(), example_of(schema))).collect()
        }
        (_, items @ Value::Object(_)) => json!([example_of(items)]),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_s_example_is_made_from_the_examples_of_its_fields() {
        let field = |name, schema, required| DeclaredField { name, schema, required };
        let row = ValueSchema::object(vec![field("n", ValueSchema::whole("", 1..=3), true)]);
        let schema = ValueSchema::object(vec![
            field("email", ValueSchema::of("string").example("user@example.com"), true),
            field("role", ValueSchema::words("", ["A", "B"]), false),
            field("rows", ValueSchema::list("", row), false),
        ]);
        let schema = schema.into_value();
        assert_eq!(schema["required"], json!(["email"]));
        assert_eq!(schema["properties"]["role"]["type"], json!(["string", "null"]));
        assert_eq!(schema["properties"]["role"]["enum"], json!(["A", "B", null]));
        assert_eq!(example_of(&schema), json!({ "email": "user@example.com", "role": "A", "rows": [{ "n": 1 }] }));
    }
}
