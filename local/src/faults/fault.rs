//! What can go wrong with a call, and what its caller gets then.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::Action;

/// What goes wrong. The exceptions carry AWS's own names.
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
    /// A batch of which nothing is done, and all is handed back.
    #[serde(rename = "unprocessed")]
    Unprocessed,
    /// What SES would tell of a call's mails is never heard.
    #[serde(rename = "lostEvents")]
    LostEvents,
    /// SES hasn't verified the sender.
    #[serde(rename = "unverifiedSender")]
    UnverifiedSender,
    /// One entry of a call isn't taken.
    #[serde(rename = "failedEntry")]
    FailedEntry,
    /// The call is executed, then the connection fails.
    #[serde(rename = "lostReply")]
    LostReply,
    /// The connection fails before the call is executed.
    #[serde(rename = "noReply")]
    NoReply,
    /// The function dies before the call is executed.
    #[serde(rename = "crash")]
    Crash,
}

/// What the caller gets instead of an undisturbed reply.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Crash,
    NoReply,
    LostReply,
    Answer { status: u16, error: Option<&'static str>, body: Value },
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

    /// The outcome for a call with this request body.
    pub(crate) fn outcome(self, action: Action, request: &[u8]) -> Outcome {
        let request = || serde_json::from_slice::<Value>(request).unwrap_or_default();
        match self {
            // The first three aren't of the call itself: bus and SES ask for them.
            Self::FailedEntry | Self::LostEvents | Self::UnverifiedSender | Self::NoReply => Outcome::NoReply,
            Self::Crash => Outcome::Crash,
            Self::LostReply => Outcome::LostReply,
            Self::TransactionConflict if action.is_transaction() => cancelled(&request()),
            Self::TransactionConflict => {
                exception(400, "TransactionConflictException", "Transaction is ongoing for the item")
            }
            Self::Unprocessed => {
                let left = if action.0.ends_with("WriteItem") { "UnprocessedItems" } else { "UnprocessedKeys" };
                let body = json!({"Responses": {}, left: request()["RequestItems"]});
                Outcome::Answer { status: 200, error: None, body }
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

fn exception(status: u16, name: &'static str, message: &str) -> Outcome {
    Outcome::Answer { status, error: Some(name), body: json!({"__type": name, "message": message}) }
}

/// A transaction that another one on its first item cancelled: DynamoDB gives a reason for each item, in order.
fn cancelled(request: &Value) -> Outcome {
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"})];
    reasons.resize(items.max(1), json!({"Code": "None"}));
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let name = "TransactionCanceledException";
    let body = json!({"__type": name, "Message": message, "CancellationReasons": reasons});
    Outcome::Answer { status: 400, error: Some(name), body }
}
