//! What an event function returns.

use serde_json::{Value, json};

/// The response to a batch of a stream. It names the records that failed.
pub(super) fn batch_response(failed: Vec<Option<String>>) -> Value {
    let failures: Vec<_> = failed.into_iter().map(|number| json!({ "itemIdentifier": number })).collect();
    json!({ "batchItemFailures": failures })
}

/// The error of a failed operation. It goes to the log only: an event has nobody who reads a response.
pub(super) fn failed(error: shared::Error) -> lambda_runtime::Error {
    match error {
        shared::Error::Internal(context) | shared::Error::Unavailable(context) => context.for_log().into(),
        other => format!("{other:?}").into(),
    }
}
