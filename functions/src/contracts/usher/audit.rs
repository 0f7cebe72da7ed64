//! GET /api/v1/workspaces/{workspaceId}/audit: the audit log, with one item for each person that an action concerned.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{Usher, domain::UserId, operations::AuditEntry};
use uuid::Uuid;

use super::{WORKSPACE_ID, paging};
use crate::vocabulary::{HandlerResult, Incoming};

/// An action in a workspace, and the person whom the action concerned.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
struct AuditItem {
    at: Timestamp,
    actor: AuditActor,
    action: String,
    subject: Option<String>,
    detail: BTreeMap<String, String>,
}

/// The user who did the action.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Actor")]
struct AuditActor {
    #[schemars(with = "Uuid")]
    id: UserId,
    name: Option<String>,
}

impl From<AuditEntry> for AuditItem {
    fn from(AuditEntry { record: line, actor_name }: AuditEntry) -> Self {
        let actor = AuditActor { id: line.actor, name: actor_name };
        Self { at: line.at, actor, action: line.action, subject: line.subject, detail: line.detail }
    }
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let page = usher.list_audit(&caller, WORKSPACE_ID.read(incoming)?, &paging::page_request(incoming)?).await?;
    Ok(paging::items_page(page, AuditItem::from))
}

pub(crate) mod describe {
    use super::{AuditItem, WORKSPACE_ID, paging};
    use crate::vocabulary::Description;

    pub(crate) fn list() -> Description {
        paging::describe_list::<AuditItem>("The actions in a workspace, newest first.").path(&WORKSPACE_ID)
    }
}
