//! The response that a Lambda function returns for an event.

use serde_json::{Value, json};

/// The response to a batch of stream records. The response to a batch names the stream records that failed.
pub(super) fn batch_response(failed: Vec<Option<String>>) -> Value {
    let failures: Vec<_> = failed.into_iter().map(|number| json!({ "itemIdentifier": number })).collect();
    json!({ "batchItemFailures": failures })
}

/// The error of a failed operation on an event. The error of an operation on an event is only logged, because nobody
/// reads a response to an event.
pub(super) fn failed(error: shared::Error) -> lambda_runtime::Error {
    match error {
        shared::Error::Internal(context) | shared::Error::Unavailable(context) => context.for_log().into(),
        other => format!("{other:?}").into(),
    }
}
