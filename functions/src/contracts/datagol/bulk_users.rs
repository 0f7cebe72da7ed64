//! POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers: the seed's request; the body of the answer is ours.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use shared::{
    Error, Missing, Usher,
    domain::{EmailAddress, Message},
    operations::{InviteTo, InviteUsers, Invitee, Outcome, RowResult},
};

use super::{errors, ok, role_of};
use crate::{
    incoming::{Fields, Incoming, bad_field, parsed},
    routes::Answer,
};

/// Longer than any address, and so enough to know a row by.
const MOST_ECHOED: usize = 320;

/// One result per row, in the order of the request, and how many came to what.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    summary: BTreeMap<&'static str, usize>,
    results: Vec<Row>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    index: usize,
    email: Option<String>,
    role: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = incoming.parameter("workspaceId").parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    let mut body = incoming.json()?;
    let users = body.take_list("workSpaceUsers").map_err(bad_field)?;
    usher.admit_rows(users.len())?;
    let message = match body.text("message").map_err(bad_field)? {
        Some(text) => parsed("message", Message::parse(text))?,
        None => None,
    };
    let (given, rows) = users.into_iter().map(row).unzip();
    let to = InviteTo::Workspace(workspace);
    let request = InviteUsers { to, rows, message, only_if_published: false, all_or_nothing: false };
    let invited = usher.invite_users(&caller, request).await?;
    let first = invited.results.first().map_or(Outcome::Failed, |row| row.outcome);
    let succeeded = invited.results.iter().any(|row| row.outcome.succeeded());
    let results = results(given, invited.results);
    if succeeded {
        return Ok(ok(&results));
    }
    Ok(errors::nothing_succeeded(first, &results, invited.retry_after, incoming.trace_id()))
}

/// What a row gave, to be told again, and what it asks for.
type Given = (Option<String>, Option<String>);

fn row(row: Value) -> (Given, Result<Invitee, String>) {
    match Fields::of_row(row) {
        Ok(fields) => ((echo(&fields, "email"), echo(&fields, "role")), invitee(&fields)),
        Err(problem) => ((None, None), Err(problem)),
    }
}

/// What was given, told again: only so much of it that the answer stays below Lambda's 6 MB.
fn echo(fields: &Fields, name: &str) -> Option<String> {
    fields.shown(name).map(|given| given.chars().take(MOST_ECHOED).collect())
}

fn invitee(fields: &Fields) -> Result<Invitee, String> {
    let address = EmailAddress::parse(fields.required("email")?).map_err(|problem| format!("\"email\": {problem}"))?;
    let role = role_of(fields.required("role")?);
    let role = role.ok_or("\"role\" must be ADMIN, CREATOR, EDITOR or VIEWER.")?;
    Ok(Invitee { identifier: address.into(), role })
}

fn results(given: Vec<Given>, results: Vec<RowResult>) -> Results {
    let mut summary = BTreeMap::new();
    let rows = given.into_iter().zip(results).enumerate().map(|(index, ((email, role), result))| {
        let status = outcome_word(result.outcome);
        *summary.entry(status).or_insert(0) += 1;
        let invitation_id = result.invitation.map(|id| id.to_string());
        Row { index, email, role, status, invitation_id, detail: result.detail }
    });
    let results = rows.collect();
    Results { summary, results }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Invited => "invited",
        Outcome::AlreadyInvited => "alreadyInvited",
        Outcome::Added => "added",
        Outcome::AlreadyMember => "alreadyMember",
        Outcome::Duplicate => "duplicate",
        Outcome::Invalid => "invalid",
        Outcome::Forbidden => "forbidden",
        Outcome::Limited => "limited",
        Outcome::Failed => "failed",
    }
}
