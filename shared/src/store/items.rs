//! Conversions between values and DynamoDB items, and the conversion of SDK errors.

use std::collections::HashMap;

use aws_sdk_dynamodb::{error::SdkError, types::AttributeValue};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, InternalContext, Result};

/// An item of the table: the attributes of the item, by name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Serializes a value as an attribute.
pub(super) fn attribute(value: impl Serialize) -> AttributeValue {
    // Serialization fails only for maps whose keys are not strings, and no item has such a map.
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).unwrap_or(AttributeValue::Null(true))
}

/// Serializes a struct as an item. The item leaves out fields of the struct that are null.
pub(super) fn to_item(value: impl Serialize) -> Item {
    match attribute(value) {
        AttributeValue::M(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Item::new(),
    }
}

/// Deserializes an item.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|_| Error::internal(format!("store: an item cannot be read as {}", std::any::type_name::<T>())))
}

/// The error of a failed call of DynamoDB. The error of a failed call contains only the SDK's error code and not the
/// SDK's text, because the text may quote items.
pub(super) fn failed<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|error| error.code());
    let internal = InternalContext::new(format!("store: {action}: {}", code.unwrap_or("no answer")));
    match code {
        Some(
            "ResourceNotFoundException"
            | "AccessDeniedException"
            | "ValidationException"
            | "UnrecognizedClientException",
        ) => Error::Internal(internal),
        _ => Error::Unavailable(internal),
    }
}
