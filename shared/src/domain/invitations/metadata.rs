//! Metadata: a JSON object that a caller's program stores with an invitation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The value is not valid metadata for an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// The value for an invitation's metadata isn't a JSON object.
    #[error("must be a JSON object")]
    NoObject,
    /// The value for an invitation's metadata has more bytes than allowed, as JSON without white space.
    #[error("must not be longer than {most} bytes of JSON", most = Metadata::MAX)]
    TooLong,
}

/// A JSON object of at most 1 KB that a caller's program stores with an invitation. Usher doesn't interpret an
/// invitation's metadata. Usher stores the metadata as text, so that Usher returns every number as the caller wrote the
/// number. `Debug` is redacted, because metadata may contain secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Metadata(String);

impl Metadata {
    /// The largest length of an invitation's metadata, in bytes of JSON without white space.
    pub const MAX: usize = 1024;

    /// Makes an invitation's metadata from a JSON object.
    ///
    /// # Errors
    /// [`InvalidMetadata`] for a value that isn't an object, and for an object that is too long.
    pub fn of(value: &Value) -> Result<Self, InvalidMetadata> {
        let Value::Object(_) = value else { return Err(InvalidMetadata::NoObject) };
        let text = value.to_string();
        if text.len() > Self::MAX { Err(InvalidMetadata::TooLong) } else { Ok(Self(text)) }
    }

    /// The JSON object that the caller's program stored as metadata.
    pub fn object(&self) -> Map<String, Value> {
        // The constructor of metadata accepts only JSON objects, so the stored text parses as an object.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for Metadata {
    type Error = InvalidMetadata;

    fn try_from(text: String) -> Result<Self, InvalidMetadata> {
        serde_json::from_str(&text).map_err(|_| InvalidMetadata::NoObject).and_then(|value| Self::of(&value))
    }
}

impl From<Metadata> for String {
    fn from(metadata: Metadata) -> Self {
        metadata.0
    }
}

impl std::fmt::Debug for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metadata(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_returned_unchanged_and_other_values_are_refused() {
        let value = json!({ "crm": { "id": 18_446_744_073_709_551_615_u64, "score": 0.1 }, "tags": ["a", null] });
        let kept = Metadata::of(&value).unwrap();
        assert_eq!(Value::Object(kept.object()), value);
        assert_eq!(serde_json::from_value::<Metadata>(serde_json::to_value(&kept).unwrap()).unwrap(), kept);
        for other in [json!(null), json!("text"), json!(1), json!([{}]), json!(true)] {
            assert_eq!(Metadata::of(&other), Err(InvalidMetadata::NoObject));
        }
    }

    #[test]
    fn the_length_is_counted_in_bytes_of_json() {
        let of_length = |length: usize| json!({ "x": "é".repeat((length - 8) / 2) });
        assert_eq!(of_length(1024).to_string().len(), 1024);
        assert!(Metadata::of(&of_length(1024)).is_ok());
        assert_eq!(Metadata::of(&of_length(1026)), Err(InvalidMetadata::TooLong));
    }

    #[test]
    fn debug_is_redacted() {
        assert_eq!(format!("{:?}", Metadata::of(&json!({ "a": "secret" })).unwrap()), "Metadata(redacted)");
    }
}
