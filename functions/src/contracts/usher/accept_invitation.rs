//! POST /api/v1/invitations/accept, by the invited person with their own account.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{Role, WorkspaceId},
};
use uuid::Uuid;

use super::role_schema;
use crate::{
    contracts,
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// What the caller is a member of now; the id is null if it is the whole company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    #[schemars(with = "Option<Uuid>")]
    workspace_id: Option<WorkspaceId>,
    #[schemars(schema_with = "role_schema")]
    role: Role,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let hash = body.required("hash").map_err(bad_field)?.parse().map_err(|_| Error::Gone)?;
    let joined = usher.accept_invitation(&caller, &hash).await?;
    let body = Accepted { workspace_id: joined.workspace, role: joined.role };
    Ok(contracts::json(StatusCode::OK, "application/json", &body))
}

pub(crate) mod describe {
    use super::Accepted;
    use crate::openapi::{Description, Refusal, describe, object, required, uuid};

    pub(crate) fn handle() -> Description {
        describe("Accepts an invitation with the account that the caller has.")
            .takes(object([required("hash", uuid("Of the invitation's link."))]))
            .answers::<Accepted>()
            .refuses([Refusal::OtherAddress, Refusal::Forbidden, Refusal::Conflict, Refusal::Gone])
    }
}
