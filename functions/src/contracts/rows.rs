//! The answer to an inviting request of many rows, as DataGOL's contract and our own give it: a summary, and a result for
//! each row in the order of the request.

use std::collections::BTreeMap;

use http::{StatusCode, header};
use jiff::SignedDuration;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    domain::Outcome,
    operations::{Invited, RowResult},
};

use super::{MAX_OF_ADDRESS, MAX_OF_WORD, echo, seconds, with_header};
use crate::incoming::Fields;

/// How many rows came to what, and what each came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Results {
    summary: BTreeMap<&'static str, usize>,
    results: Vec<Row>,
}

/// What a row came to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Row {
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

/// What a row gave, to be told again.
#[derive(Debug, Default)]
pub(crate) struct Given {
    email: Option<String>,
    role: Option<String>,
}

impl Given {
    /// What these fields gave.
    pub(crate) fn of(fields: &Fields) -> Self {
        let told = |field, most| fields.shown(field).map(|given| echo(&given, most));
        Self { email: told("email", MAX_OF_ADDRESS), role: told("role", MAX_OF_WORD) }
    }
}

/// No row succeeded, so the answer is an error, which the first row decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    first: Outcome,
    retry_after: Option<SignedDuration>,
}

impl Refusal {
    /// The status in HTTP.
    pub(crate) fn status(self) -> StatusCode {
        match self.first {
            Outcome::Invalid | Outcome::Duplicate => StatusCode::BAD_REQUEST,
            Outcome::Forbidden => StatusCode::FORBIDDEN,
            Outcome::AlreadyMember => StatusCode::CONFLICT,
            Outcome::Suppressed => StatusCode::UNPROCESSABLE_ENTITY,
            Outcome::Limited => StatusCode::TOO_MANY_REQUESTS,
            Outcome::Invited | Outcome::AlreadyInvited | Outcome::Added | Outcome::Failed => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The stable code, and a sentence.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self.first {
            Outcome::Invalid | Outcome::Duplicate => ("invalid_users", "No user was invited: the entries are invalid."),
            Outcome::AlreadyMember => ("already_member", "User already has access to the workspace."),
            Outcome::Forbidden => ("forbidden", "No user was invited: the role is above your own."),
            Outcome::Suppressed => ("suppressed", "No user was invited: the address isn't mailed any more."),
            Outcome::Limited => ("limited", "No user was invited: the workspace has invited as many as it may today."),
            Outcome::Invited | Outcome::AlreadyInvited | Outcome::Added | Outcome::Failed => {
                ("unavailable", "No user was invited. Sending it again is safe.")
            }
        }
    }

    /// The answer with `Retry-After`, where it makes sense to ask again.
    pub(crate) fn with_headers(self, response: Response<Body>) -> Response<Body> {
        match (self.first, self.retry_after) {
            (Outcome::Limited, Some(after)) => with_header(response, header::RETRY_AFTER, &seconds(after)),
            (Outcome::Failed, _) => with_header(response, header::RETRY_AFTER, "1"),
            _ => response,
        }
    }
}

/// ResultDetail what became of the rows that gave this, and whether that is a refusal.
pub(crate) fn told(given: Vec<Given>, invited: Invited) -> (Results, Option<Refusal>) {
    let Invited { results, retry_after, .. } = invited;
    let first = results.first().map_or(Outcome::Failed, |row| row.outcome);
    let succeeded = results.iter().any(|row| row.outcome.succeeded());
    let mut summary = BTreeMap::new();
    let rows = given.into_iter().zip(results).enumerate().map(|(index, (given, result))| {
        let row = row(index, given, result);
        *summary.entry(row.status).or_insert(0) += 1;
        row
    });
    let results = rows.collect();
    (Results { summary, results }, (!succeeded).then_some(Refusal { first, retry_after }))
}

fn row(index: usize, given: Given, result: RowResult) -> Row {
    let (code, detail) = match result.reason {
        Some(reason) => (Some(reason.code.into_owned()), Some(reason.detail.into_owned())),
        None => (None, None),
    };
    Row {
        index,
        email: given.email,
        role: given.role,
        status: word(result.outcome),
        invitation_id: result.invitation.map(|id| id.to_string()),
        code,
        detail,
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Invited => "invited",
        Outcome::AlreadyInvited => "alreadyInvited",
        Outcome::Added => "added",
        Outcome::AlreadyMember => "alreadyMember",
        Outcome::Duplicate => "duplicate",
        Outcome::Invalid => "invalid",
        Outcome::Forbidden => "forbidden",
        Outcome::Suppressed => "suppressed",
        Outcome::Limited => "limited",
        Outcome::Failed => "failed",
    }
}
