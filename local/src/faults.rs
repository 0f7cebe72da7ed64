//! Faults on demand, and a count of the calls that the functions make of AWS.
//!
//! The embedded DynamoDB never shows a transaction conflict or throttling, and no connection is ever lost on the way
//! to it. Here they are asked for, in the order in which they shall happen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use functions::Operation;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};

/// An operation of DynamoDB, EventBridge or SES that the functions may call, as IAM names it: `dynamodb:PutItem`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Action(&'static str);

impl Action {
    pub(crate) const SEND_BULK_EMAIL: Self = Self("ses:SendBulkEmail");
    pub(crate) const SEND_EMAIL: Self = Self("ses:SendEmail");

    /// Every action that can be counted and disturbed.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:TransactGetItems",
            "dynamodb:TransactWriteItems",
            "dynamodb:UpdateItem",
            "events:PutEvents",
            "ses:GetAccount",
            "ses:GetEmailIdentity",
            "ses:SendBulkEmail",
            "ses:SendEmail",
        ]
        .into_iter()
        .map(Self)
    }

    pub(crate) fn named(service: &str, operation: &str) -> Option<Self> {
        Self::all().find(|action| action.0.split_once(':') == Some((service, operation)))
    }

    /// The path by which SES v2 knows the action.
    pub(crate) fn ses_route(self) -> Option<&'static str> {
        match self.0 {
            "ses:GetAccount" => Some("/v2/email/account"),
            "ses:SendBulkEmail" => Some("/v2/email/outbound-bulk-emails"),
            "ses:SendEmail" => Some("/v2/email/outbound-emails"),
            _ => None,
        }
    }

    /// Whether a path is that of the action: one that is about something named has the name at its end.
    pub(crate) fn has_ses_path(self, path: &str) -> bool {
        match self.0 {
            "ses:GetEmailIdentity" => path.contains("/v2/email/identities/"),
            _ => self.ses_route().is_some_and(|route| path.ends_with(route)),
        }
    }

    fn is_ses(self) -> bool {
        self.0.starts_with("ses:")
    }

    fn is_events(self) -> bool {
        self.0.starts_with("events:")
    }

    fn is_transaction(self) -> bool {
        self.0.contains(":Transact")
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::all().find(|action| action.0 == name).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(|action| action.0).collect();
            D::Error::custom(format!("unknown action {name:?}, expected one of {}", known.join(", ")))
        })
    }
}

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
    fn can_happen_to(self, action: Action) -> bool {
        match self {
            Self::InternalServerError | Self::LostReply | Self::NoReply | Self::Crash => true,
            Self::Unprocessed => action.0.contains(":Batch"),
            Self::FailedEntry => action.is_events(),
            Self::LostEvents => action == Action::SEND_BULK_EMAIL,
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
            // The first two aren't of the call itself: bus and SES ask for them.
            Self::FailedEntry | Self::LostEvents | Self::NoReply => Outcome::NoReply,
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

/// A fault of a whole call. The SDK's own retries count as calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallFault {
    action: Action,
    /// Only calls of the operation of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    fault: Fault,
    /// So many calls are let through first.
    #[serde(default)]
    skip: u32,
    /// So many calls fail.
    #[serde(default = "once")]
    times: u32,
}

/// The status that `SendBulkEmail` gives one recipient, or that `SendEmail` refuses a mail to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientFault {
    action: Action,
    address: String,
    status: RecipientStatus,
    #[serde(default = "once")]
    times: u32,
}

/// What can become of one recipient of a bulk call, SES v2's `BulkEmailStatus`, but for its success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RecipientStatus {
    MessageRejected,
    MailFromDomainNotVerified,
    ConfigurationSetNotFound,
    TemplateNotFound,
    AccountSuspended,
    AccountThrottled,
    AccountDailyQuotaExceeded,
    InvalidSendingPoolName,
    AccountSendingPaused,
    ConfigurationSetSendingPaused,
    InvalidParameter,
    TransientFailure,
    Failed,
}

const fn once() -> u32 {
    1
}

/// How the actions of a transaction begin in its request (a quote within a value would be escaped), and what they take.
const TRANSACTION_PARTS: [(&str, &str); 4] = [
    ("{\"Put\":", "dynamodb:PutItem"),
    ("{\"Update\":", "dynamodb:UpdateItem"),
    ("{\"Delete\":", "dynamodb:DeleteItem"),
    ("{\"ConditionCheck\":", "dynamodb:ConditionCheckItem"),
];

/// The faults still to happen, and the calls so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<&'static str, BTreeMap<Action, u64>>,
    permissions: BTreeMap<&'static str, BTreeSet<&'static str>>,
    of_calls: Vec<CallFault>,
    of_recipients: Vec<RecipientFault>,
}

impl State {
    /// The oldest fault that matches, if it is its turn.
    fn due(&mut self, matches: impl Fn(&CallFault) -> bool) -> Option<Fault> {
        let index = self.of_calls.iter().position(matches)?;
        let due = self.of_calls.get_mut(index)?;
        if due.skip > 0 {
            due.skip -= 1;
            return None;
        }
        due.times -= 1;
        let (fault, over) = (due.fault, due.times == 0);
        if over {
            self.of_calls.remove(index);
        }
        Some(fault)
    }
}

impl Faults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the fault that this JSON describes.
    ///
    /// # Errors
    /// What is wrong with the description.
    pub(crate) fn queue(&self, fault: Value) -> Result<(), String> {
        if fault.get("address").is_some() || fault.get("status").is_some() {
            let fault: RecipientFault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
            let refusal = fault.status == RecipientStatus::MessageRejected;
            if fault.action != Action::SEND_BULK_EMAIL && !(fault.action == Action::SEND_EMAIL && refusal) {
                let known =
                    "of one address ses:SendBulkEmail fails with any status, ses:SendEmail with MESSAGE_REJECTED";
                return Err(known.to_owned());
            }
            check_times(fault.times)?;
            self.state().of_recipients.push(fault);
        } else {
            let fault: CallFault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
            if let Some(function) = &fault.function
                && !Operation::ALL.iter().any(|operation| operation.name() == function)
            {
                return Err(format!("there is no function {function:?}"));
            }
            if !fault.fault.can_happen_to(fault.action) {
                return Err(format!("{:?} can't happen to {}", fault.fault, fault.action.0));
            }
            check_times(fault.times)?;
            self.state().of_calls.push(fault);
        }
        Ok(())
    }

    /// The faults still to happen.
    pub(crate) fn left(&self) -> Value {
        let state = self.state();
        let calls = state.of_calls.iter().map(|fault| json!(fault));
        calls.chain(state.of_recipients.iter().map(|fault| json!(fault))).collect()
    }

    /// Forgets the faults still to happen.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        state.of_calls.clear();
        state.of_recipients.clear();
    }

    /// How often each function made each call: `{"invite-users": {"dynamodb:TransactWriteItems": 3}}`.
    pub(crate) fn calls(&self) -> Value {
        json!(self.state().calls)
    }

    /// The IAM permissions that each function's calls took: `{"invite-users": ["dynamodb:PutItem"]}`.
    pub(crate) fn permissions(&self) -> Value {
        json!(self.state().permissions)
    }

    /// Counts from zero again.
    pub(crate) fn forget_calls(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.permissions.clear();
    }

    /// Notes what IAM would ask for. A transaction is authorised by the actions that it is made of
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
    pub(crate) fn note_permissions(&self, function: &'static str, action: Action, body: &[u8]) {
        let mut state = self.state();
        let permissions = state.permissions.entry(function).or_default();
        if action.0 != "dynamodb:TransactWriteItems" {
            permissions.insert(action.0);
            return;
        }
        let body = std::str::from_utf8(body).unwrap_or_default();
        permissions.extend(TRANSACTION_PARTS.iter().filter(|(part, _)| body.contains(part)).map(|(_, taken)| taken));
    }

    /// Counts a call, and gives the fault that shall happen to it. The oldest fault that the call matches decides.
    pub(crate) fn on_call(&self, function: &'static str, action: Action) -> Option<Fault> {
        let mut state = self.state();
        *state.calls.entry(function).or_default().entry(action).or_default() += 1;
        state.due(|fault| {
            fault.action == action
                && !matches!(fault.fault, Fault::FailedEntry | Fault::LostEvents)
                && fault.function.as_deref().is_none_or(|wanted| wanted == function)
        })
    }

    /// Whether nobody shall hear what SES tells of this call's mails.
    pub(crate) fn on_events(&self) -> bool {
        self.state().due(|fault| fault.fault == Fault::LostEvents).is_some()
    }

    /// Whether this entry of a call to the event bus shall fail.
    pub(crate) fn on_entry(&self) -> bool {
        self.state().due(|fault| fault.fault == Fault::FailedEntry).is_some()
    }

    /// The status that this recipient of a call shall get, if one was asked for.
    pub(crate) fn on_recipient(&self, action: Action, address: &str) -> Option<RecipientStatus> {
        let mut state = self.state();
        let theirs = |fault: &RecipientFault| fault.action == action && fault.address.eq_ignore_ascii_case(address);
        let index = state.of_recipients.iter().position(theirs)?;
        let due = state.of_recipients.get_mut(index)?;
        due.times -= 1;
        let (status, over) = (due.status, due.times == 0);
        if over {
            state.of_recipients.remove(index);
        }
        Some(status)
    }
}

fn check_times(times: u32) -> Result<(), String> {
    if times == 0 { Err("times must be at least 1".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(name: &str) -> Action {
        Action::all().find(|action| action.0 == name).unwrap()
    }

    #[test]
    fn a_fault_happens_after_the_skipped_calls_and_as_often_as_asked() {
        let faults = Faults::default();
        let put = action("dynamodb:PutItem");
        faults
            .queue(json!({"action": "dynamodb:PutItem", "fault": "ThrottlingException", "skip": 1, "times": 2}))
            .unwrap();
        let seen: Vec<_> = (0..4).map(|_| faults.on_call("sign-up", put).is_some()).collect();
        assert_eq!(seen, [false, true, true, false]);
        assert_eq!(faults.left(), json!([]));
        assert_eq!(faults.calls(), json!({"sign-up": {"dynamodb:PutItem": 4}}));
    }

    #[test]
    fn a_fault_of_one_function_leaves_the_others_alone() {
        let faults = Faults::default();
        let send = Action::SEND_BULK_EMAIL;
        faults
            .queue(json!({"action": "ses:SendBulkEmail", "function": "deliver-invitations", "fault": "lostReply"}))
            .unwrap();
        assert_eq!(faults.on_call("sweep-undelivered", send), None);
        assert_eq!(faults.on_call("deliver-invitations", action("ses:GetAccount")), None);
        assert_eq!(faults.on_call("deliver-invitations", send), Some(Fault::LostReply));
    }

    #[test]
    fn the_oldest_matching_fault_comes_first() {
        let faults = Faults::default();
        for fault in ["noReply", "InternalServerError"] {
            faults.queue(json!({"action": "dynamodb:Query", "fault": fault})).unwrap();
        }
        let query = action("dynamodb:Query");
        assert_eq!(faults.on_call("log-in", query), Some(Fault::NoReply));
        assert_eq!(faults.on_call("log-in", query), Some(Fault::InternalServerError));
    }

    #[test]
    fn what_is_left_reads_as_it_was_asked_for() {
        let faults = Faults::default();
        let call = json!({"action": "dynamodb:UpdateItem", "fault": "TransactionConflict", "skip": 2, "times": 3});
        let recipient =
            json!({"action": "ses:SendBulkEmail", "address": "a@b.c", "status": "TRANSIENT_FAILURE", "times": 1});
        faults.queue(recipient.clone()).unwrap();
        faults.queue(call.clone()).unwrap();
        assert_eq!(faults.left(), json!([call, recipient]));
        faults.clear();
        assert_eq!(faults.left(), json!([]));
    }

    #[test]
    fn a_description_that_makes_no_sense_is_refused_with_the_reason() {
        let faults = Faults::default();
        for (description, reason) in [
            (json!({"action": "dynamodb:PutItm", "fault": "noReply"}), "PutItm"),
            (json!({"action": "dynamodb:PutItem", "fault": "noRply"}), "noRply"),
            (json!({"action": "dynamodb:PutItem", "fault": "noReply", "time": 2}), "time"),
            (json!({"action": "dynamodb:PutItem", "fault": "noReply", "times": 0}), "at least 1"),
            (json!({"action": "dynamodb:PutItem", "fault": "noReply", "function": "invite"}), "invite"),
            (json!({"action": "ses:SendEmail", "fault": "TransactionConflict"}), "can't happen"),
            (json!({"action": "dynamodb:PutItem", "fault": "MessageRejected"}), "can't happen"),
            (json!({"action": "ses:SendEmail", "address": "a@b.c", "status": "FAILED"}), "SendBulkEmail"),
            (json!({"action": "ses:SendBulkEmail", "address": "a@b.c", "status": "LOST"}), "LOST"),
            (json!({"action": "dynamodb:PutItem"}), "fault"),
            (json!("PutItem"), "PutItem"),
        ] {
            let error = faults.queue(description).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert_eq!(faults.left(), json!([]));
    }

    #[test]
    fn a_cancelled_transaction_names_a_reason_for_each_item() {
        let request = br#"{"TransactItems": [{"Put": {}}, {"Update": {}}, {"Delete": {}}]}"#;
        let write = action("dynamodb:TransactWriteItems");
        let Outcome::Answer { status, error, body } = Fault::TransactionConflict.outcome(write, request) else {
            panic!("a conflict is an answer");
        };
        assert_eq!((status, error), (400, Some("TransactionCanceledException")));
        assert_eq!(body["CancellationReasons"].as_array().unwrap().len(), 3);
        assert_eq!(body["CancellationReasons"][0]["Code"], "TransactionConflict");
        assert_eq!(body["CancellationReasons"][2]["Code"], "None");
    }

    #[test]
    fn an_unprocessed_batch_is_handed_back_whole() {
        let request = br#"{"RequestItems": {"usher": [{"PutRequest": {}}]}}"#;
        let outcome = Fault::Unprocessed.outcome(action("dynamodb:BatchWriteItem"), request);
        let Outcome::Answer { body, .. } = outcome else { panic!("it is an answer") };
        assert_eq!(body["UnprocessedItems"], json!({"usher": [{"PutRequest": {}}]}));
    }
}
