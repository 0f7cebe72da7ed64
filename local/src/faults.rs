//! Faults that a test queues, and counts of the AWS calls that the functions make.
//!
//! The embedded DynamoDB never reports a transaction conflict or throttling, and its connections never fail. A test
//! queues such faults, and the faults happen in the order of the queue.

mod action;
mod checks;
mod fault;
mod hold;
mod route;
mod units;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::{
    action::Action,
    fault::{Fault, FaultEffect},
    hold::{HoldPoint, NotReached},
    units::Units,
};
use self::{
    checks::{check_function, check_times, once},
    hold::{HoldRequest, Holds},
    route::RouteFault,
};

/// A fault of a whole call. Each retry that the SDK makes by itself counts as a call too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallFault {
    action: Action,
    /// The name of the function to whose calls the fault happens. Without a name, the fault happens to the calls of
    /// every function.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    fault: Fault,
    /// How many calls that match the fault succeed before the fault happens.
    #[serde(default)]
    skip: u32,
    /// How many calls that match the fault fail after the skipped calls.
    #[serde(default = "once")]
    times: u32,
}

/// A fault of one recipient: `SendBulkEmail` gives the recipient this status, and `SendEmail` refuses the mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientFault {
    action: Action,
    address: String,
    status: RecipientStatus,
    #[serde(default = "once")]
    times: u32,
}

/// The status of one recipient of a bulk call: SES v2's `BulkEmailStatus` without `SUCCESS`.
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

/// How each part of a transaction begins in the request's JSON, and the permission that the part needs. A quotation
/// mark within a JSON value is escaped, so a value can't look like the beginning of a part of a transaction.
const TRANSACTION_PARTS: [(&str, &str); 4] = [
    ("{\"Put\":", "dynamodb:PutItem"),
    ("{\"Update\":", "dynamodb:UpdateItem"),
    ("{\"Delete\":", "dynamodb:DeleteItem"),
    ("{\"ConditionCheck\":", "dynamodb:ConditionCheckItem"),
];

/// The number of writes in the body of a write transaction.
pub(crate) fn transaction_parts(body: &[u8]) -> usize {
    let body = std::str::from_utf8(body).unwrap_or_default();
    TRANSACTION_PARTS.iter().map(|(part, _)| body.matches(part).count()).sum()
}

/// The permissions that IAM checks for an AWS call with the given body. For a transaction, IAM checks the actions of
/// the transaction's parts
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>), and for a bulk call
/// of SES also the action of SES v1 (<https://github.com/anymail/django-anymail/issues/384>).
pub(crate) fn permissions(action: Action, body: &[u8]) -> Vec<&'static str> {
    match action.0 {
        "dynamodb:TransactWriteItems" => {
            let body = std::str::from_utf8(body).unwrap_or_default();
            TRANSACTION_PARTS.iter().filter(|(part, _)| body.contains(part)).map(|(_, taken)| *taken).collect()
        }
        "ses:SendBulkEmail" => vec![action.0, "ses:SendBulkTemplatedEmail"],
        _ => vec![action.0],
    }
}

/// The queued faults, the calls that are held, and the calls since the counts were last cleared.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    state: Mutex<State>,
    /// The holds, which stop AWS calls until a test releases the calls.
    pub(crate) holds: Holds,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<&'static str, BTreeMap<Action, u64>>,
    permissions: BTreeMap<&'static str, BTreeSet<&'static str>>,
    units: BTreeMap<&'static str, Units>,
    of_calls: Vec<CallFault>,
    of_recipients: Vec<RecipientFault>,
    of_routes: Vec<RouteFault>,
}

impl State {
    /// Takes the oldest fault that matches the call, unless the fault still skips calls. A fault that was taken happens
    /// one time less from then on.
    fn take_due(&mut self, matches: impl Fn(&CallFault) -> bool) -> Option<Fault> {
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues the fault that this JSON describes. Returns the id of the hold if the fault is a hold. Faults that are no
    /// holds have no id.
    ///
    /// # Errors
    /// If the description of the fault is wrong, the error is a message that says what is wrong.
    pub(crate) fn queue(&self, fault: Value) -> Result<Option<u64>, String> {
        if fault["fault"] == "hold" {
            let hold: HoldRequest = serde_json::from_value(fault).map_err(|error| error.to_string())?;
            return self.holds.add(hold).map(Some);
        }
        if fault.get("route").is_some() {
            let fault = RouteFault::parse(fault)?;
            check_times(fault.times)?;
            self.state().of_routes.push(fault);
        } else if fault.get("address").is_some() || fault.get("status").is_some() {
            let fault: RecipientFault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
            let refusal = fault.status == RecipientStatus::MessageRejected;
            if fault.action != Action::SEND_BULK_EMAIL && !(fault.action == Action::SEND_EMAIL && refusal) {
                let known = "a fault of one address needs ses:SendBulkEmail with any status, or ses:SendEmail with MESSAGE_REJECTED";
                return Err(known.to_owned());
            }
            check_times(fault.times)?;
            self.state().of_recipients.push(fault);
        } else {
            let fault: CallFault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
            check_function(fault.function.as_deref())?;
            if !fault.fault.can_happen_to(fault.action) {
                return Err(format!("{:?} can't happen to {}", fault.fault, fault.action.0));
            }
            check_times(fault.times)?;
            self.state().of_calls.push(fault);
        }
        Ok(None)
    }

    /// The queued faults and the holds that are not released, as JSON.
    pub(crate) fn left(&self) -> Value {
        let state = self.state();
        let calls = state.of_calls.iter().map(|fault| json!(fault));
        let recipients = state.of_recipients.iter().map(|fault| json!(fault));
        let routes = state.of_routes.iter().map(|fault| json!(fault));
        calls.chain(recipients).chain(routes).chain(self.holds.left().iter().map(|hold| json!(hold))).collect()
    }

    /// Removes all queued faults, and releases every held call.
    pub(crate) fn clear(&self) {
        self.holds.release_all();
        let mut state = self.state();
        state.of_calls.clear();
        state.of_recipients.clear();
        state.of_routes.clear();
    }

    /// How often each function made each call: `{"invite-users": {"dynamodb:TransactWriteItems": 3}}`.
    pub(crate) fn calls(&self) -> Value {
        json!(self.state().calls)
    }

    /// The IAM permissions that each function's calls needed: `{"invite-users": ["dynamodb:PutItem"]}`.
    pub(crate) fn permissions(&self) -> Value {
        json!(self.state().permissions)
    }

    /// The units of DynamoDB that each function's calls consumed: `{"invite-users": {"read": 6.0, "write": 340.0}}`.
    pub(crate) fn units(&self) -> Value {
        json!(self.state().units)
    }

    /// Counts the units that a function's call of DynamoDB consumed.
    pub(crate) fn note_units(&self, function: &'static str, units: Units) {
        *self.state().units.entry(function).or_default() += units;
    }

    /// Clears the counts of the functions' calls and units, and the recorded permissions.
    pub(crate) fn forget_calls(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.permissions.clear();
        state.units.clear();
    }

    /// Records the permissions that a function's call needs.
    pub(crate) fn note_permissions(&self, function: &'static str, permissions: &[&'static str]) {
        self.state().permissions.entry(function).or_default().extend(permissions);
    }

    /// Counts an AWS call of a function, and returns the fault that happens to the call, which is the oldest matching
    /// fault.
    pub(crate) fn on_call(&self, function: &'static str, action: Action) -> Option<Fault> {
        let mut state = self.state();
        *state.calls.entry(function).or_default().entry(action).or_default() += 1;
        state.take_due(|fault| {
            fault.action == action
                && !matches!(fault.fault, Fault::FailedEntry | Fault::LostEvents | Fault::UnverifiedSender)
                && fault.function.as_deref().is_none_or(|wanted| wanted == function)
        })
    }

    /// The queued fault that answers the request instead of a function: the oldest fault that matches the route.
    pub(crate) fn on_route(&self, method: &Method, path: &str) -> Option<RouteFault> {
        let mut state = self.state();
        let index = state.of_routes.iter().position(|fault| fault.matches(method, path))?;
        let due = state.of_routes.get_mut(index)?;
        due.times -= 1;
        let fault = due.clone();
        if fault.times == 0 {
            state.of_routes.remove(index);
        }
        Some(fault)
    }

    /// Whether a queued fault makes the events about the mails of this SES call get lost.
    pub(crate) fn on_events(&self) -> bool {
        self.state().take_due(|fault| fault.fault == Fault::LostEvents).is_some()
    }

    /// Whether a queued fault makes SES treat the sender of this call as not verified.
    pub(crate) fn on_sender(&self, action: Action) -> bool {
        self.state().take_due(|fault| fault.fault == Fault::UnverifiedSender && fault.action == action).is_some()
    }

    /// Whether a queued fault makes the event bus refuse this entry of a `PutEvents` call.
    pub(crate) fn on_entry(&self) -> bool {
        self.state().take_due(|fault| fault.fault == Fault::FailedEntry).is_some()
    }

    /// The status that a queued fault gives one recipient of a call of SES.
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

#[cfg(test)]
mod tests;
