//! POST /api/v1/invitations/accept: the invited person accepts the invitation with the person's own account.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{InvitationHash, Role, WorkspaceId},
};
use uuid::Uuid;

use super::role_schema;
use crate::vocabulary::{HandlerResult, Incoming, fields, ok, required, uuid};

fields! {
    /// The invitation that the caller accepts.
    struct AcceptBody {
        hash: Option<InvitationHash> = required("hash", uuid("The hash in the invitation's link.").parse_if_possible()),
    }
}

/// The workspace of which the caller is a member now. The workspace's id is null if the invitation was to the whole
/// company.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Accepted")]
struct AcceptedBody {
    #[schemars(with = "Option<Uuid>")]
    workspace_id: Option<WorkspaceId>,
    #[schemars(schema_with = "role_schema")]
    role: Role,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let AcceptBody { hash } = incoming.body()?;
    let accepted = usher.accept_invitation(&caller, &hash.ok_or(Error::Gone)?).await?;
    Ok(ok(&AcceptedBody { workspace_id: accepted.workspace, role: accepted.role }))
}

pub(crate) mod describe {
    use super::{AcceptBody, AcceptedBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Accepts an invitation with the account that the caller has.")
            .body::<AcceptBody>()
            .answers::<AcceptedBody>()
            .refuses([Refusal::OtherAddress, Refusal::Forbidden, Refusal::Conflict, Refusal::Gone])
    }
}
