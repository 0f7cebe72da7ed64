//! GET /api/v1/workspaces/{workspaceId}/audit: what was done, one item for each whom it was done to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{Usher, domain::UserId, operations::AuditEntry};
use uuid::Uuid;

use super::{paging, workspace};
use crate::{incoming::Incoming, routes::Answer};

/// What was done to whom.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
struct Item {
    at: Timestamp,
    actor: Actor,
    action: String,
    subject: Option<String>,
    detail: BTreeMap<String, String>,
}

/// Who did it.
#[derive(Serialize, JsonSchema)]
struct Actor {
    #[schemars(with = "Uuid")]
    id: UserId,
    name: Option<String>,
}

impl From<AuditEntry> for Item {
    fn from(AuditEntry { line, actor_name }: AuditEntry) -> Self {
        let actor = Actor { id: line.actor, name: actor_name };
        Self { at: line.at, actor, action: line.action, subject: line.subject, detail: line.detail }
    }
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let page = usher.list_audit(&caller, workspace(incoming)?, &paging::wish(incoming)?).await?;
    Ok(paging::page(page, Item::from))
}

pub(crate) mod describe {
    use super::{Item, paging};
    use crate::openapi::Description;

    pub(crate) fn list() -> Description {
        paging::describe_list::<Item>("What was done in a workspace, the newest first.")
    }
}
