//! POST /api/v1/invitations/preview, /decline and /renew: what the holder of a link's hash can do with the invitation
//! without an account.

use http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{Error, Usher, domain::InvitationHash};

use super::role_schema;
use crate::vocabulary::{Failure, HandlerResult, Incoming, empty, fields, no_content, ok, required, text, with_status};

fields! {
    /// The hash of an invitation's link. A text that isn't an invitation's hash counts as the hash of a dead link.
    struct HashBody {
        hash: Option<InvitationHash> = required("hash", text("The hash in the invitation's link.")
            .example("3fa85f64-5717-4562-b3fc-2c963f66afa6")
            .parse_if_possible()),
    }
}

/// What an invited person sees of an invitation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Preview")]
struct InvitationPreview<'a> {
    workspace_name: &'a str,
    inviter_name: &'a str,
    email: &'a str,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    message: Option<&'a str>,
    expires_at: Timestamp,
    has_account: bool,
}

pub(crate) async fn preview(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let view = usher.view_invitation(&given_hash(incoming)?).await?;
    Ok(ok(&InvitationPreview {
        workspace_name: &view.scope_name,
        inviter_name: &view.inviter_name,
        email: view.address.as_typed(),
        role: view.role.name(),
        message: view.message.as_ref().map(AsRef::as_ref),
        expires_at: view.expires_at,
        has_account: view.has_account,
    }))
}

pub(crate) async fn decline(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    usher.decline_invitation(&given_hash(incoming)?).await?;
    Ok(no_content())
}

/// Asks for a new invitation in place of an expired invitation. The response to this request is the same for every
/// text, so that the response doesn't reveal whether the text is the hash of an invitation.
pub(crate) async fn renew(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let HashBody { hash } = incoming.body()?;
    usher.renew_invitation(hash).await?;
    Ok(with_status(empty(), StatusCode::ACCEPTED))
}

fn given_hash(incoming: &Incoming) -> Result<InvitationHash, Failure> {
    let HashBody { hash } = incoming.body()?;
    Ok(hash.ok_or(Error::Gone)?)
}

pub(crate) mod describe {
    use super::{HashBody, InvitationPreview};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn preview() -> Description {
        describe("Shows an invitation.")
            .open()
            .body::<HashBody>()
            .answers::<InvitationPreview>()
            .refuses([Refusal::Gone])
    }

    pub(crate) fn decline() -> Description {
        describe("Declines an invitation.").open().body::<HashBody>().answers_nothing(204).refuses([Refusal::Gone])
    }

    pub(crate) fn renew() -> Description {
        describe("Asks the inviter, or else the admins, for a new invitation in place of an expired one.")
            .notes("The answer is the same for every hash.")
            .open()
            .body::<HashBody>()
            .answers_nothing(202)
    }
}
