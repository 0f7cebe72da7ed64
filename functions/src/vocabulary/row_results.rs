//! The response to an inviting request with many rows, in the form that DataGOL's contract and our own contract
//! share: a summary, and one result for each row in the order of the request.

use std::collections::BTreeMap;

use http::{StatusCode, header};
use jiff::SignedDuration;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shared::{
    domain::RowOutcome,
    operations::{InviteResults, RowResult},
};

use super::{
    format::{Format, object},
    given_fields::Fields,
    headers::{retry_after_seconds, with_header},
    problem::FieldProblem,
    response::{MAX_ECHOED_ADDRESS, MAX_ECHOED_WORD, echo},
};

/// The body of the response to an inviting request: the number of rows for each outcome, and the result of each row.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Results")]
pub(crate) struct RowResults {
    summary: BTreeMap<&'static str, usize>,
    results: Vec<RowResultBody>,
}

/// The result of one row of an inviting request.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Row")]
struct RowResultBody {
    index: usize,
    email: Option<String>,
    role: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// The parts of a request's row that the row's result repeats, even if the row couldn't be read.
#[derive(Debug, Default)]
pub(crate) struct RowEcho {
    email: Option<String>,
    role: Option<String>,
}

impl RowEcho {
    /// The parts of the given row that the row's result repeats.
    pub(crate) fn of(row: &Value) -> Self {
        let echoed = |field: &str, max| row.get(field).and_then(Value::as_str).map(|given| echo(given, max));
        Self { email: echoed("email", MAX_ECHOED_ADDRESS), role: echoed("role", MAX_ECHOED_WORD) }
    }
}

/// The rows of an inviting request, each with the parts of the row that the row's result repeats. A row is a `B`, or
/// the problem that makes the row unreadable.
pub(crate) type InviteeRows<B> = Vec<(RowEcho, Result<B, FieldProblem>)>;

/// The format of a row of an inviting request. A row that can't be read doesn't fail the inviting request: only the
/// row's own result says that the row is invalid.
pub(crate) fn row<B: Fields + 'static>() -> Format<(RowEcho, Result<B, FieldProblem>)> {
    object::<B>().attempt(RowEcho::of)
}

/// The error for an inviting request without any successful row. The outcome of the first row determines the error's
/// status and code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoRowSucceeded {
    first: RowOutcome,
    retry_after: Option<SignedDuration>,
}

impl NoRowSucceeded {
    /// The HTTP status of the error for an inviting request without any successful row.
    pub(crate) fn status(self) -> StatusCode {
        match self.first {
            RowOutcome::Invalid | RowOutcome::Duplicate => StatusCode::BAD_REQUEST,
            RowOutcome::Forbidden => StatusCode::FORBIDDEN,
            RowOutcome::AlreadyMember => StatusCode::CONFLICT,
            RowOutcome::Suppressed => StatusCode::UNPROCESSABLE_ENTITY,
            RowOutcome::Limited => StatusCode::TOO_MANY_REQUESTS,
            RowOutcome::Invited | RowOutcome::AlreadyInvited | RowOutcome::Added | RowOutcome::Failed => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The stable code of the error for an inviting request without any successful row, and a sentence about the error
    /// for people.
    pub(crate) fn message(self) -> (&'static str, &'static str) {
        match self.first {
            RowOutcome::Invalid | RowOutcome::Duplicate => {
                ("invalid_users", "No user was invited: the entries are invalid.")
            }
            RowOutcome::AlreadyMember => ("already_member", "User already has access to the workspace."),
            RowOutcome::Forbidden => ("forbidden", "No user was invited: the role is above your own."),
            RowOutcome::Suppressed => ("suppressed", "No user was invited: the address isn't mailed any more."),
            RowOutcome::Limited => {
                ("limited", "No user was invited: the workspace has invited as many as it may today.")
            }
            RowOutcome::Invited | RowOutcome::AlreadyInvited | RowOutcome::Added | RowOutcome::Failed => {
                ("unavailable", "No user was invited. Sending it again is safe.")
            }
        }
    }

    /// The given response, with the header `Retry-After` if the same request may succeed later.
    pub(crate) fn with_retry_after(self, response: Response<Body>) -> Response<Body> {
        match (self.first, self.retry_after) {
            (RowOutcome::Limited, Some(after)) => {
                with_header(response, header::RETRY_AFTER, &retry_after_seconds(after))
            }
            (RowOutcome::Failed, _) => with_header(response, header::RETRY_AFTER, "1"),
            _ => response,
        }
    }
}

/// The body of the response to an inviting request with the given rows, and an error if no row succeeded.
pub(crate) fn row_results(echoes: Vec<RowEcho>, invited: InviteResults) -> (RowResults, Option<NoRowSucceeded>) {
    let InviteResults { results, retry_after, .. } = invited;
    let first = results.first().map_or(RowOutcome::Failed, |row| row.outcome);
    let succeeded = results.iter().any(|row| row.outcome.succeeded());
    let mut summary = BTreeMap::new();
    let rows = echoes.into_iter().zip(results).enumerate().map(|(index, (echo, result))| {
        let body = result_body(index, echo, result);
        *summary.entry(body.status).or_insert(0) += 1;
        body
    });
    let results = rows.collect();
    (RowResults { summary, results }, (!succeeded).then_some(NoRowSucceeded { first, retry_after }))
}

fn result_body(index: usize, echo: RowEcho, result: RowResult) -> RowResultBody {
    let (code, detail) = match result.reason {
        Some(reason) => (Some(reason.code.into_owned()), Some(reason.detail.into_owned())),
        None => (None, None),
    };
    RowResultBody {
        index,
        email: echo.email,
        role: echo.role,
        status: status_word(result.outcome),
        invitation_id: result.invitation.map(|id| id.to_string()),
        code,
        detail,
    }
}

fn status_word(outcome: RowOutcome) -> &'static str {
    match outcome {
        RowOutcome::Invited => "invited",
        RowOutcome::AlreadyInvited => "alreadyInvited",
        RowOutcome::Added => "added",
        RowOutcome::AlreadyMember => "alreadyMember",
        RowOutcome::Duplicate => "duplicate",
        RowOutcome::Invalid => "invalid",
        RowOutcome::Forbidden => "forbidden",
        RowOutcome::Suppressed => "suppressed",
        RowOutcome::Limited => "limited",
        RowOutcome::Failed => "failed",
    }
}
