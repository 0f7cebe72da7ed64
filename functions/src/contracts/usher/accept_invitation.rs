//! POST /api/v1/invitations/accept, by the invited person with their own account.

use http::StatusCode;
use serde_json::json;
use shared::{Error, Usher};

use crate::{
    contracts,
    incoming::{Incoming, bad_field},
    routes::Answer,
};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let hash = body.required("hash").map_err(bad_field)?.parse().map_err(|_| Error::Gone)?;
    let joined = usher.accept_invitation(&caller, &hash).await?;
    let body = json!({ "workspaceId": joined.workspace, "role": joined.role });
    Ok(contracts::json(StatusCode::OK, "application/json", &body))
}
