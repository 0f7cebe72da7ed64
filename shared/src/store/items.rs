//! Items as DynamoDB keeps them, and the errors of its calls.

use std::collections::HashMap;

use aws_sdk_dynamodb::{error::SdkError, types::AttributeValue};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Internal, Result};

/// Attributes by name.
pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn attribute(value: impl Serialize) -> AttributeValue {
    // Only maps with keys that aren't strings fail, and no item has one.
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).unwrap_or(AttributeValue::Null(true))
}

pub(super) fn to_item(value: impl Serialize) -> Item {
    match attribute(value) {
        AttributeValue::M(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Item::new(),
    }
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|_| Error::internal(format!("store: an item isn't a {}", std::any::type_name::<T>())))
}

/// What failed, without the SDK's text: it may quote items.
pub(super) fn failed<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|error| error.code());
    let internal = Internal::new(format!("store: {action}: {}", code.unwrap_or("no answer")));
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
