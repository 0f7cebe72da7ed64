//! POST /connect/token: an access token for a service account, by client credentials (RFC 6749 section 4.4).

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Error, Usher};

use super::{
    errors::{TokenProblem, TokenRefusal, token_refused, uncached},
    ok,
};
use crate::{
    incoming::{Failure, Incoming},
    routes::Answer,
};

/// The only scope there is.
const SCOPE: &str = "WebAPI";

/// An access token (RFC 6749 section 5.1).
#[derive(Serialize, JsonSchema)]
struct Issued<'a> {
    access_token: &'a str,
    expires_in: i64,
    token_type: &'static str,
    scope: &'static str,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let Ok(form) = incoming.form() else { return Ok(token_refused(TokenRefusal::InvalidRequest)) };
    let field = |name| form.shown(name).filter(|value| !value.is_empty());
    let refusal = match (field("grant_type").as_deref(), field("scope").as_deref()) {
        (None, _) => Some(TokenRefusal::InvalidRequest),
        (Some("client_credentials"), None | Some(SCOPE)) => None,
        (Some("client_credentials"), Some(_)) => Some(TokenRefusal::InvalidScope),
        (Some(_), _) => Some(TokenRefusal::UnsupportedGrantType),
    };
    if let Some(refusal) = refusal {
        return Ok(token_refused(refusal));
    }
    let (Some(Ok(client)), Some(secret)) = (field("client_id").map(|id| id.parse()), field("client_secret")) else {
        return Ok(token_refused(TokenRefusal::InvalidClient));
    };
    match usher.issue_client_token(client, &secret).await {
        Ok(issued) => Ok(uncached(ok(&Issued {
            access_token: &issued.token,
            expires_in: issued.lifetime.as_secs(),
            token_type: "Bearer",
            scope: SCOPE,
        }))),
        Err(Error::Unauthenticated(_)) => Ok(token_refused(TokenRefusal::InvalidClient)),
        Err(error) => Err(Failure::Operation(error)),
    }
}

pub(crate) mod describe {
    use super::{Issued, SCOPE, TokenProblem};
    use crate::openapi::{Description, Refusal, describe, form, optional, required, text, uuid, words};

    pub(crate) fn handle() -> Description {
        describe("Gives a service account an access token by client credentials.")
            .open()
            .takes_as(
                "application/x-www-form-urlencoded",
                form([
                    required("grant_type", words("", ["client_credentials"])),
                    optional("scope", words("", [SCOPE])),
                    required("client_id", uuid("The service account's id.")),
                    required("client_secret", text("The service account's token.")),
                ]),
            )
            .answers::<Issued>()
            .also::<TokenProblem>(400, "application/json", "No token, and why in a word of RFC 6749 section 5.2.")
            .never([Refusal::Invalid, Refusal::BodyTooLarge, Refusal::MediaType])
    }
}
