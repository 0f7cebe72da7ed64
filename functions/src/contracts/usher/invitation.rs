//! POST /api/v1/invitations/preview, /decline and /renew: by whoever has the hash, without an account.

use http::StatusCode;
use jiff::Timestamp;
use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{Error, Usher, domain::InvitationHash};

use super::role_schema;
use crate::{
    contracts::{empty, ok},
    incoming::{Failure, Incoming, bad_field},
    routes::Answer,
};

/// What an invited person sees of an invitation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Preview<'a> {
    workspace_name: &'a str,
    inviter_name: &'a str,
    email: &'a str,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    message: Option<&'a str>,
    expires_at: Timestamp,
    has_account: bool,
}

pub(crate) async fn preview(usher: &Usher, incoming: &Incoming) -> Answer {
    let view = usher.view_invitation(&live_hash(incoming)?).await?;
    Ok(ok(&Preview {
        workspace_name: &view.scope_name,
        inviter_name: &view.inviter_name,
        email: view.address.as_typed(),
        role: view.role.name(),
        message: view.message.as_ref().map(AsRef::as_ref),
        expires_at: view.expires_at,
        has_account: view.has_account,
    }))
}

pub(crate) async fn decline(usher: &Usher, incoming: &Incoming) -> Answer {
    usher.decline_invitation(&live_hash(incoming)?).await?;
    Ok(of_status(StatusCode::NO_CONTENT))
}

/// The same answer for any hash, and for what is none.
pub(crate) async fn renew(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    usher.renew_invitation(body.required("hash").map_err(bad_field)?.parse().ok()).await?;
    Ok(of_status(StatusCode::ACCEPTED))
}

/// What isn't even a hash is as dead as an unknown one.
fn live_hash(incoming: &Incoming) -> Result<InvitationHash, Failure> {
    let body = incoming.json()?;
    Ok(body.required("hash").map_err(bad_field)?.parse().map_err(|_| Error::Gone)?)
}

fn of_status(status: StatusCode) -> Response<Body> {
    let mut response = empty();
    *response.status_mut() = status;
    response
}

pub(crate) mod describe {
    use super::Preview;
    use crate::openapi::{Description, Refusal, Shape, describe, object, required, text};

    fn hash() -> Shape {
        let hash = text("Of the invitation's link.").example("3fa85f64-5717-4562-b3fc-2c963f66afa6");
        object([required("hash", hash)])
    }

    pub(crate) fn preview() -> Description {
        describe("What an invitation offers.").open().takes(hash()).answers::<Preview>().refuses([Refusal::Gone])
    }

    pub(crate) fn decline() -> Description {
        describe("Declines an invitation.").open().takes(hash()).answers_nothing(204).refuses([Refusal::Gone])
    }

    pub(crate) fn renew() -> Description {
        describe("Asks whoever may invite for a new invitation in place of an expired one.")
            .notes("The answer is the same for every hash.")
            .open()
            .takes(hash())
            .answers_nothing(202)
    }
}
