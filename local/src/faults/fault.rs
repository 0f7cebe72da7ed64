//! The faults that can happen to a call, and their effects on the caller.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::Action;

/// A fault that can happen to an AWS call. A fault that makes the call return an exception has AWS's name of the
/// exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fault {
    TransactionConflict,
    ThrottlingException,
    ProvisionedThroughputExceededException,
    InternalServerError,
    TooManyRequestsException,
    LimitExceededException,
    SendingPausedException,
    AccountSuspendedException,
    MessageRejected,
    /// The fault by which DynamoDB processes nothing of a batch and returns the whole batch as unprocessed.
    #[serde(rename = "unprocessed")]
    Unprocessed,
    /// The fault by which the events that SES publishes about a call's mails get lost.
    #[serde(rename = "lostEvents")]
    LostEvents,
    /// The fault by which SES treats the sender of a mail as not verified.
    #[serde(rename = "unverifiedSender")]
    UnverifiedSender,
    /// The fault by which the event bus refuses one entry of a call of `PutEvents`.
    #[serde(rename = "failedEntry")]
    FailedEntry,
    /// The fault by which the connection fails after the AWS call is executed, so that the reply is lost.
    #[serde(rename = "lostReply")]
    LostReply,
    /// The fault by which the connection fails before the AWS call is executed.
    #[serde(rename = "noReply")]
    NoReply,
    /// The fault by which the function panics before its AWS call is executed.
    #[serde(rename = "crash")]
    Crash,
}

/// The effect of a fault on the function that makes the AWS call.
#[derive(Debug, PartialEq)]
pub(crate) enum FaultEffect {
    Crash,
    NoReply,
    LostReply,
    Response { status: u16, error: Option<&'static str>, body: Value },
}

impl Fault {
    pub(super) fn can_happen_to(self, action: Action) -> bool {
        match self {
            Self::InternalServerError | Self::LostReply | Self::NoReply | Self::Crash => true,
            Self::Unprocessed => action.0.contains(":Batch"),
            Self::FailedEntry => action.is_events(),
            Self::LostEvents => action == Action::SEND_BULK_EMAIL,
            Self::UnverifiedSender => [Action::SEND_EMAIL, Action::SEND_BULK_EMAIL].contains(&action),
            Self::ThrottlingException => !action.is_ses(),
            Self::TransactionConflict | Self::ProvisionedThroughputExceededException => {
                !action.is_ses() && !action.is_events()
            }
            _ => action.is_ses(),
        }
    }

    /// The effect of the fault on an AWS call with the given request body.
    pub(crate) fn effect(self, action: Action, request: &[u8]) -> FaultEffect {
        let request = || serde_json::from_slice::<Value>(request).unwrap_or_default();
        match self {
            // The event bus and SES handle `FailedEntry`, `LostEvents` and `UnverifiedSender` themselves, so these
            // three faults have no effect here.
            Self::FailedEntry | Self::LostEvents | Self::UnverifiedSender | Self::NoReply => FaultEffect::NoReply,
            Self::Crash => FaultEffect::Crash,
            Self::LostReply => FaultEffect::LostReply,
            Self::TransactionConflict if action.is_transaction() => cancelled(&request()),
            Self::TransactionConflict => {
                exception(400, "TransactionConflictException", "Transaction is ongoing for the item")
            }
            Self::Unprocessed => {
                let left = if action.0.ends_with("WriteItem") { "UnprocessedItems" } else { "UnprocessedKeys" };
                let body = json!({"Responses": {}, left: request()["RequestItems"]});
                FaultEffect::Response { status: 200, error: None, body }
            }
            Self::ThrottlingException => {
                exception(400, "ThrottlingException", "Throughput exceeds the current capacity of your table or index.")
            }
            Self::ProvisionedThroughputExceededException => exception(
                400,
                "ProvisionedThroughputExceededException",
                "The level of configured provisioned throughput for the table was exceeded.",
            ),
            Self::InternalServerError if action.is_ses() => {
                exception(500, "InternalServiceErrorException", "Internal service error")
            }
            Self::InternalServerError if action.is_events() => exception(500, "InternalException", "Internal error"),
            Self::InternalServerError => exception(500, "InternalServerError", "Internal server error"),
            Self::TooManyRequestsException => {
                exception(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
            }
            Self::LimitExceededException => exception(400, "LimitExceededException", "Daily message quota exceeded."),
            Self::SendingPausedException => {
                exception(400, "SendingPausedException", "Email sending is disabled for your account.")
            }
            Self::AccountSuspendedException => {
                exception(400, "AccountSuspendedException", "Your account's ability to send email is suspended.")
            }
            Self::MessageRejected => exception(400, "MessageRejected", "The message can't be sent."),
        }
    }
}

fn exception(status: u16, name: &'static str, message: &str) -> FaultEffect {
    FaultEffect::Response { status, error: Some(name), body: json!({"__type": name, "message": message}) }
}

/// DynamoDB's response to a transaction that conflicts with another transaction on its first item. DynamoDB's response
/// has a reason for each item of the transaction, in order.
fn cancelled(request: &Value) -> FaultEffect {
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"})];
    reasons.resize(items.max(1), json!({"Code": "None"}));
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let name = "TransactionCanceledException";
    let body = json!({"__type": name, "Message": message, "CancellationReasons": reasons});
    FaultEffect::Response { status: 400, error: Some(name), body }
}
