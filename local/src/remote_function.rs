//! A function that another program runs: the runtime interface emulator or `cargo lambda watch`. The stack invokes the
//! function at its URL, in place of the stack's own function.

use aws_smithy_types::byte_stream::ByteStream;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::outgoing::Receiver;

/// The response to a request of Lambda's Invoke for a function that failed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionFailure {
    error_type: String,
    error_message: String,
}

/// A function at a URL that answers Lambda's Invoke
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
#[derive(Debug)]
pub(crate) struct RemoteFunction {
    receiver: Receiver,
    /// Makes the invocations wait for each other. The runtime interface emulator runs one invocation at a time, and it
    /// crashes if it gets a second invocation meanwhile.
    turn: Mutex<()>,
}

impl RemoteFunction {
    /// The function at this http or https URL.
    pub(crate) fn new(url: String) -> Self {
        Self { receiver: Receiver::new(url), turn: Mutex::default() }
    }

    /// Invokes the function with an event. The event and the response are JSON. An error says why the function failed.
    pub(crate) async fn invoke(&self, event: Vec<u8>) -> Result<Vec<u8>, String> {
        let _turn = self.turn.lock().await;
        let url = &self.receiver.url;
        let response = self.receiver.post(event).await.map_err(|error| {
            tracing::error!(?error, url, "a function can't be reached. Start it, or leave its --function out");
            format!("the function at {url} can't be reached")
        })?;
        let status = response.status();
        let payload = ByteStream::new(response.into_body()).collect().await;
        let payload = payload.map_err(|error| format!("the function at {url}: {error}"))?.to_vec();
        match serde_json::from_slice(&payload) {
            Ok(FunctionFailure { error_type, error_message }) => Err(format!("{error_type}: {error_message}")),
            Err(_) if status.is_success() => Ok(payload),
            Err(_) => Err(format!("the function at {url} answered with the status {}", status.as_u16())),
        }
    }
}
